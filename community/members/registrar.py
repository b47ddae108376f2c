"""Tells the registry on chain who was approved, who leaves and which meter has another key, until the chain shows it."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from eth_hash.auto import keccak

from community.chain.clock import ChainClock
from community.chain.facts import CommunityFacts
from community.chain.follower import ChainFollower
from community.chain.wishes import Wish, WishState, want
from community.looking import look_forever
from community.store import key_changes, members
from community.store.key_changes import KeyChangeStatus
from community.store.members import Status, StoredEnrolment
from dems_node.chain.client import ChainClient
from dems_node.clock import Clock
from dems_node.database.database import Database
from dems_protocol.contracts import community_registry, conversions
from dems_protocol.contracts.abi import Call
from dems_protocol.contracts.structs import Signature
from dems_protocol.registry_changes import SignedKeyChange

LOOK_SECONDS = 3.0
SLOTS_AHEAD = 2
"""A change begins so many slots ahead, so that its transaction has a slot's time to get into a block."""
_NOBODY = bytes(20)
_NO_SIGNATURE = Signature(bytes(32), bytes(32), 0)
_TOO_LATE = ("NotInTheFuture", "TooSoon")
_KEY_REFUSED = ("NotSignedByHousehold", "KeyTaken", "NotAPublicKey", "UnknownMeter", *_TOO_LATE)
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """The account that decides who is allowed in; ``wake`` tells its performer that the journal has something new."""

    account: bytes
    wake: Callable[[], None]


class Registrar:
    """Carries out decisions about members. Holds nothing that a restart would miss."""

    def __init__(
        self,
        *,
        facts: CommunityFacts,
        authority: Authority,
        client: ChainClient,
        database: Database,
        follower: ChainFollower,
        clock: Clock,
        chain_clock: ChainClock,
    ) -> None:
        self._chain_clock = chain_clock
        self._facts = facts
        self._authority = authority
        self._client = client
        self._database = database
        self._follower = follower
        self._clock = clock
        self._told: set[str] = set()

    async def run(self) -> None:
        """Work until cancelled; a chain or a disk that fails is told once and tried again."""
        await look_forever("The registry", _LOGGER, self.tick, lambda: asyncio.sleep(LOOK_SECONDS))

    async def tick(self) -> None:
        """Look at everybody who joins, belongs, or leaves, and at new keys. Raises ChainError, StoreError.

        Which slot comes next is not decided by a clock that differs from the chain's.
        """
        if self._chain_clock.seconds_behind is not None:
            return
        for change in await self._database.run(key_changes.waiting):
            await self._change_key(change)
        for each in await self._database.run(
            members.with_status, Status.APPROVED, Status.MEMBER, Status.LEAVING
        ):
            match each.status:
                case Status.APPROVED:
                    await self._bring_in(each)
                case Status.LEAVING:
                    await self._let_go(each)
                case _:
                    await self._follow(each)

    async def _bring_in(self, each: StoredEnrolment) -> None:
        enrolment, registry = each.enrolment, self._follower.registry
        owner = registry.last_household(enrolment.meter)
        key = registry.planned_key(enrolment.meter)
        if owner not in (None, enrolment.household):
            await self._change(each, Status.REFUSED, reason="meter_taken")
        elif key not in (None, enrolment.key):
            await self._change(each, Status.REFUSED, reason="other_key_registered")
        elif owner is None:
            await self._admit_and_register(each)
        elif not self._has_plant(each):
            await self._set_plant(each)
        else:
            await self._change(each, Status.MEMBER, first_slot=registry.household_from(enrolment.meter))
            _LOGGER.info("Household 0x%s is a member", enrolment.household.hex())

    async def _admit_and_register(self, each: StoredEnrolment) -> None:
        enrolment, address = each.enrolment, self._facts.addresses.registry
        if not await self._client.read(address, community_registry.IsMember(enrolment.household)):
            await self._want(
                f"admit:{enrolment.household.hex()}:{each.received_at}",
                community_registry.Admit(enrolment.household),
                f"admission of household 0x{enrolment.household.hex()}",
            )
            return
        comes_back = self._follower.registry.is_registered(enrolment.meter)
        first_slot = await self._first_slot(each, comes_back=comes_back)
        call: Call[None]
        if comes_back:
            call = community_registry.ChangeHousehold(
                enrolment.meter, enrolment.household, first_slot, _NO_SIGNATURE
            )
        else:
            call = community_registry.RegisterMeter(
                enrolment.meter,
                enrolment.household,
                conversions.to_public_key(enrolment.key),
                enrolment.zone.to_bytes(32),
                first_slot,
            )
        state = await self._want(
            f"register:{enrolment.meter.hex()}:{each.received_at}:{first_slot}",
            call,
            f"registration of meter 0x{enrolment.meter.hex()}",
        )
        if state.refusal == "MeterIdTaken":
            await self._change(each, Status.REFUSED, reason="meter_taken")
        elif state.refusal == "KeyTaken":
            await self._change(each, Status.REFUSED, reason="key_taken")

    async def _first_slot(self, each: StoredEnrolment, *, comes_back: bool) -> int:
        """Return the slot that was chosen for the registration; another one once that has passed.

        A meter that comes back was moved out before; without anybody's signature the registry waits its delay.
        """
        current = self._current_slot()
        if each.first_slot is not None and each.first_slot > current:
            return each.first_slot
        chosen = self._delayed_slot() if comes_back else current + SLOTS_AHEAD
        await self._database.run(
            members.change, each.enrolment, each.status, int(self._clock.utc()), first_slot=chosen
        )
        return chosen

    def _has_plant(self, each: StoredEnrolment) -> bool:
        known, wanted = self._follower.registry.planned_plant(each.enrolment.meter), each.plant
        return known == wanted or (known is None and not wanted.plant.power_watts)

    async def _set_plant(self, each: StoredEnrolment) -> None:
        enrolment, current = each.enrolment, self._current_slot()
        begin = self._follower.registry.household_from(enrolment.meter) or 0
        first_slot = begin if begin > current else current + 1
        wanted = each.plant
        call = community_registry.SetPlant(enrolment.meter, wanted.plant, wanted.mastr_number, first_slot)
        await self._want(
            f"plant:{enrolment.meter.hex()}:{each.received_at}:{keccak(call.calldata()).hex()}",
            call,
            f"plant of meter 0x{enrolment.meter.hex()}",
        )

    async def _change_key(self, change: SignedKeyChange) -> None:
        if self._follower.registry.planned_key(change.meter) == change.key:
            await self._database.run(key_changes.end, change, KeyChangeStatus.REGISTERED)
            _LOGGER.info("Meter 0x%s has a new key", change.meter.hex())
            return
        signature, key_id = change.signature, change.key.key_id().hex()
        state = await self._want(
            f"key:{change.meter.hex()}:{key_id}:{change.first_slot}:{'delayed' if signature is None else 'signed'}",
            community_registry.ChangeKey(
                change.meter,
                conversions.to_public_key(change.key),
                change.first_slot,
                _NO_SIGNATURE if signature is None else conversions.to_signature(signature),
            ),
            f"new key of meter 0x{change.meter.hex()}",
        )
        if signature is None and state.refusal in _TOO_LATE:
            later = replace(change, first_slot=self._delayed_slot())
            await self._database.run(key_changes.ask, later, int(self._clock.utc()))
        elif state.refusal in _KEY_REFUSED:
            await self._database.run(key_changes.end, change, KeyChangeStatus.REFUSED, state.explanation)

    async def _let_go(self, each: StoredEnrolment) -> None:
        enrolment, registry, current = each.enrolment, self._follower.registry, self._current_slot()
        if registry.last_household(enrolment.meter) is None:
            if registry.record_at(enrolment.meter, current) is None:
                await self._change(each, Status.LEFT)
            return
        assert each.leaving is not None  # noqa: S101 - stored with the status
        signed = each.leaving.signature
        state = await self._want(
            f"leave:{enrolment.meter.hex()}:{each.leaving.first_slot}:{'signed' if signed else 'delayed'}",
            community_registry.ChangeHousehold(
                enrolment.meter,
                _NOBODY,
                each.leaving.first_slot,
                _NO_SIGNATURE if signed is None else conversions.to_signature(signed),
            ),
            f"departure of meter 0x{enrolment.meter.hex()}",
        )
        if state.refusal in ("NotInTheFuture", "NotSignedByHousehold", "TooSoon"):
            # The signed slot has passed, or the nonce was used: the meter leaves without a signature, after the delay.
            later = replace(each.leaving, first_slot=self._delayed_slot(), signature=None)
            await self._database.run(members.leave, enrolment, later, int(self._clock.utc()))

    async def _follow(self, each: StoredEnrolment) -> None:
        """Notice that a member left by itself; tell the registry what the operator corrected of its plant."""
        registry, meter = self._follower.registry, each.enrolment.meter
        gone = registry.is_registered(meter) and registry.last_household(meter) != each.enrolment.household
        if gone and registry.record_at(meter, self._current_slot()) is None:
            await self._change(each, Status.LEFT)
        elif not gone and each.approved_plant is not None and not self._has_plant(each):
            await self._set_plant(each)

    async def _want(self, key: str, call: Call[None], subject: str) -> WishState:
        wish = Wish(key=key, to=self._facts.addresses.registry, call=call, subject=subject)
        state = await self._database.run(want, self._authority.account, wish, self._clock.utc())
        if state.is_new:
            self._authority.wake()
        if state.refusal is not None and f"{key}:{state.refusal}" not in self._told:
            self._told.add(f"{key}:{state.refusal}")
            _LOGGER.error("The %s was refused: %s", subject, state.explanation)
        return state

    async def _change(
        self,
        each: StoredEnrolment,
        status: Status,
        *,
        reason: str | None = None,
        first_slot: int | None = None,
    ) -> None:
        await self._database.run(
            members.change,
            each.enrolment,
            status,
            int(self._clock.utc()),
            reason=reason,
            first_slot=first_slot,
        )

    def _current_slot(self) -> int:
        return self._facts.grid.slot_at(self._clock.utc())

    def _delayed_slot(self) -> int:
        return delayed_slot(self._facts, self._clock.utc())


def delayed_slot(facts: CommunityFacts, now: float) -> int:
    """Return the first slot that a change without the household's signature may begin with, and a little room."""
    return facts.grid.slot_at(now + facts.change_delay_seconds) + 1 + SLOTS_AHEAD
