"""Joining and leaving a community: the invitation is tried against the chain, the household agrees, the operator decides."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dems_node.json_types import Json
from dems_protocol.membership import Enrolment, Invitation
from dems_protocol.plants import encode_day, encode_unit
from dems_protocol.registry_changes import HouseholdChange, KeyChange, SignedKeyChange
from dems_protocol.slots import SlotGrid
from dems_protocol.typed_data import LedgerDomain
from dems_protocol.words import hash_words, tag
from openems_bridge.ledger.community import Community
from openems_bridge.ledger.contract_reading import (
    ContractReader,
    NotThisCommunity,
    read_contracts,
    read_terms,
    require_of_ledger,
)
from openems_bridge.ledger.membership_state import Membership, MembershipStatus
from openems_bridge.ledger.operator_client import (
    EnrolmentAnswer,
    OperatorClient,
    OperatorInfo,
    OperatorRefused,
)
from openems_bridge.ledger.plant import Plant

if TYPE_CHECKING:
    from dems_node.chain.client import ChainClient
    from openems_bridge.keys.vault import HouseholdKeys

from eth_hash.auto import keccak

_LOGGER = logging.getLogger(__name__)
KEY_SLOTS_AHEAD = 2
"""A new meter key begins so many slots ahead, so that its transaction has a slot's time to get into a block."""
WHAT_THE_OPERATOR_SEES = (
    "Every slot's withdrawal, feed-in and generation in Wh, openly: the operator can see when you are at home, when you "
    "sleep and when you are away. Other members and the public see none of it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A community as the chain and its operator show it, before anything is stored.

    ``consent`` is the text to agree to, ``consent_hash`` its keccak, ``first_block`` the chain's head.
    """

    invitation: Invitation
    community: Community
    consent: str
    consent_hash: bytes
    first_block: int


async def preview(
    invitation: Invitation, client: ChainClient, operator: OperatorClient, grid: SlotGrid
) -> Preview:
    """Try an invitation: chain, contracts and operator must agree with it, and with this bridge's slots.

    Raises NotThisCommunity, and what chain and operator raise.
    """
    domain = LedgerDomain(invitation.chain_id, invitation.ledger)
    await client.identity()
    head = await client.head()
    contracts = await read_contracts(client, domain, invitation.registry)
    info = await operator.info()
    _require_same(invitation, info)
    contracts = replace(
        contracts,
        netting=info.contracts["netting"],
        account=info.contracts["account"],
    )
    contracts = replace(contracts, certificates=await require_of_ledger(client, contracts))
    terms = await read_terms(client, contracts)
    if terms.slot_seconds != grid.seconds:
        raise NotThisCommunity(
            "other_slots",
            f"The community's slots have {terms.slot_seconds} s, this bridge's {grid.seconds} s: set slot_seconds in its "
            "configuration, which begins new readings.",
        )
    reader = ContractReader(client, contracts)
    # A household can be a member from the next slot on.
    appointed = await reader.operator_at(grid.slot_at(head.timestamp) + 1)
    if appointed != invitation.operator:
        raise NotThisCommunity(
            "other_operator",
            f"The registry names 0x{appointed.hex()} as the operator, the invitation 0x{invitation.operator.hex()}.",
        )
    community = Community(
        name=invitation.name,
        domain=domain,
        contracts=contracts,
        terms=terms,
        rpc=invitation.rpc,
        operator_url=invitation.operator_url,
        fingerprint=invitation.fingerprint,
        operator=invitation.operator,
        sealing_key=info.sealing_key,
    )
    return Preview(
        invitation=invitation,
        community=community,
        consent=info.consent,
        consent_hash=info.consent_hash,
        first_block=head.number,
    )


def _require_same(invitation: Invitation, info: OperatorInfo) -> None:
    for name, said, invited in (
        ("chain_id", info.chain_id, invitation.chain_id),
        ("ledger", info.contracts.get("ledger"), invitation.ledger),
        ("registry", info.contracts.get("registry"), invitation.registry),
        ("operator", info.operator, invitation.operator),
    ):
        if said != invited:
            raise NotThisCommunity(
                "operator_differs",
                f"The operator names another {name} ({_shown(said)}) than the invitation ({_shown(invited)}).",
            )
    if keccak(info.consent.encode()) != info.consent_hash:
        raise NotThisCommunity(
            "operator_differs", "The operator's text of consent has another hash than it says."
        )
    if not {"netting", "account"} <= info.contracts.keys():
        raise NotThisCommunity("operator_differs", "The operator does not name netting and account.")


def _shown(value: object) -> str:
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(value)


def meter_id(household: bytes, key_id: bytes) -> bytes:
    """Return the id that a household proposes for its meter: it follows from account and first meter key."""
    return hash_words(tag("DEMS meter id v1"), household, key_id)


def enrol(preview: Preview, keys: HouseholdKeys, plant: Plant) -> Membership:
    """Return the membership with the signed enrolment, to be stored before it is sent. Blocks (signs twice)."""
    household = bytes.fromhex(keys.account.address.removeprefix("0x"))
    enrolment = Enrolment(
        household=household,
        meter=meter_id(household, keys.meter.public_key.key_id()),
        key=keys.meter.public_key,
        plant_power=plant.plant_power,
        battery_power=plant.battery_power,
        battery_capacity=plant.battery_capacity,
        plant_kind=plant.plant_kind,
        commissioned_at=encode_day(plant.commissioned),
        plant_unit=encode_unit(plant.unit),
        consent=preview.consent_hash,
        invitation=preview.invitation.secret_hash,
    )
    digest = preview.community.domain.digest(enrolment.struct_hash())
    return Membership(
        community=preview.community,
        enrolment=enrolment,
        household_signature=keys.account.sign(digest),
        meter_signature=keys.meter.sign(digest),
        status=MembershipStatus.JOINING,
        secret=preview.invitation.secret,
        first_block=preview.first_block,
        instance=keys.index.instance,
    )


def answered(membership: Membership, answer: EnrolmentAnswer) -> Membership:
    """Return the membership after the operator's answer; only the registry makes a member of it."""
    match answer.status:
        case "refused":
            status = MembershipStatus.REFUSED
        case "left":
            status = MembershipStatus.LEFT
        case _ if membership.status is MembershipStatus.JOINING:
            return replace(membership, status=MembershipStatus.WAITING, reason=None, secret=None)
        case _:
            return membership
    return replace(membership, status=status, reason=answer.reason, secret=None, leaving=False)


def registered(membership: Membership, household: bytes, since: int, slot: int) -> Membership:
    """Return the membership after the registry's answer: to whom the meter belongs at ``slot``, and since when."""
    if household == membership.household:
        if membership.status is MembershipStatus.MEMBER and membership.since_slot == since:
            return membership
        return replace(
            membership, status=MembershipStatus.MEMBER, reason=None, since_slot=since, until_slot=None
        )
    if membership.status is MembershipStatus.MEMBER:
        return replace(membership, status=MembershipStatus.LEFT, until_slot=slot, leaving=False)
    return membership


def leaving_consent(
    membership: Membership, keys: HouseholdKeys, first_slot: int, nonce: int
) -> dict[str, Json]:
    """Return what the operator needs to take the meter out of the registry without any gas of the household. Blocks."""
    change = HouseholdChange(membership.meter, first_slot, nonce)
    community = membership.community
    digest = change.digest(community.domain.chain_id, community.contracts.registry)
    signed: dict[str, Json] = {
        "meter": f"0x{membership.meter.hex()}",
        "from": first_slot,
        "signature": f"0x{keys.account.sign(digest).encode().hex()}",
    }
    return {"changes": [signed]}


def key_consent(membership: Membership, keys: HouseholdKeys, first_slot: int, nonce: int) -> SignedKeyChange:
    """Return the household's consent to its meter's new key, from ``first_slot`` on. Blocks."""
    key, community = keys.meter.public_key, membership.community
    digest = KeyChange(membership.meter, key, first_slot, nonce).digest(
        community.domain.chain_id, community.contracts.registry
    )
    return SignedKeyChange(membership.meter, key, first_slot, keys.account.sign(digest))


class MembershipClerk:
    """Follows an enrolment until the registry has the meter, a new meter key until it has that, a leave until it is out.

    One step at a time.
    """

    def __init__(
        self,
        operator: OperatorClient,
        reader: ContractReader,
        keys: HouseholdKeys,
        *,
        now: Callable[[], float],
    ) -> None:
        self._operator = operator
        self._reader = reader
        self._keys = keys
        self._now = now

    async def step(self, membership: Membership) -> Membership:
        """Return the membership as operator and registry say now. Raises what both raise."""
        slot = membership.community.terms.grid.slot_at(self._now())
        if membership.status is MembershipStatus.JOINING:
            secret = membership.secret
            assert secret is not None  # noqa: S101 - kept until the operator has it
            try:
                answer = await self._operator.enrol(
                    membership.enrolment,
                    membership.household_signature,
                    membership.meter_signature,
                    secret,
                )
            except OperatorRefused as refused:
                answer = EnrolmentAnswer("refused", refused.detail)
            return answered(membership, answer)
        if membership.leaving:
            await self._ask_to_leave(membership, slot)
        found = await self._reader.meter_at(membership.meter, slot)
        after = registered(membership, found.household, found.household_since, slot)
        if after.status is MembershipStatus.MEMBER:
            after = await self._follow_key(after, found.key_id, slot)
        if after.status is MembershipStatus.WAITING:
            after = answered(after, await self._operator.enrolment(membership.household))
        return after

    async def _follow_key(self, membership: Membership, registered_key: bytes, slot: int) -> Membership:
        """Return the membership with the key that the registry has for its meter; ask it to take this bridge's new one.

        Only a key that is new to the registry is brought to it: what was this meter's key once was replaced, and the
        bridge that has it is a former copy.
        """
        own = self._keys.meter.public_key.key_id()
        if registered_key == own:
            if membership.key_id == own:
                return membership
            return replace(membership, registered_key=own, key_since=slot, key_asked_for=None)
        for planned in range(slot + 1, slot + 1 + KEY_SLOTS_AHEAD):
            if (await self._reader.meter_at(membership.meter, planned)).key_id == own:
                return replace(membership, registered_key=own, key_since=planned, key_asked_for=None)
        asked_for = membership.key_asked_for
        is_waiting = asked_for is not None and asked_for > slot
        if not is_waiting and not await self._reader.was_registered(own):
            asked_for = slot + KEY_SLOTS_AHEAD
            nonce = await self._reader.change_nonce(membership.meter)
            change = await asyncio.to_thread(key_consent, membership, self._keys, asked_for, nonce)
            await self._operator.change_key(change)
            _LOGGER.info("The operator was asked to register the meter's new key from slot %d on", asked_for)
        return replace(membership, registered_key=registered_key, key_asked_for=asked_for)

    async def _ask_to_leave(self, membership: Membership, slot: int) -> None:
        nonce = await self._reader.change_nonce(membership.meter)
        body = await asyncio.to_thread(leaving_consent, membership, self._keys, slot + 1, nonce)
        await self._operator.leave(membership.household, body)
