"""Signs what was measured: journal first, once a slot, in order, off the loop."""

import asyncio
import logging
from collections.abc import Callable

from dems_node.database.database import Database
from dems_protocol.readings import OpenedReading, Reading, RunningRegisters
from openems_bridge.ledger import journal
from openems_bridge.ledger.clock_check import ClockDoubt
from openems_bridge.ledger.membership_state import Membership
from openems_bridge.ledger.own_reading import OwnReading
from openems_bridge.ledger.signing import (
    Contracted,
    MeterPen,
    Unsignable,
    nothing_contracted,
    slot_energy,
)
from openems_bridge.ledger.signing_right import SigningRight
from openems_bridge.ledger.single_writer import MaySign
from openems_bridge.store import readings

READINGS_AT_ONCE = 200
_KEY_NOT_REGISTERED = "meter_key_not_registered"
_LOGGER = logging.getLogger(__name__)


class SigningDesk:
    """Turns measured slots into signed readings. ``now`` is UTC s; nothing is signed while ``clock_doubt`` has one."""

    def __init__(
        self,
        pen: MeterPen,
        right: SigningRight,
        database: Database,
        now: Callable[[], float],
        clock_doubt: Callable[[], ClockDoubt | None],
        contracted: Contracted = nothing_contracted,
    ) -> None:
        self._pen = pen
        self._right = right
        self._database = database
        self._now = now
        self._ask_clock = clock_doubt
        self._contracted = contracted
        self._clock_doubt: ClockDoubt | None = None
        self._unsignable: str | None = None

    @property
    def problem(self) -> str | None:
        """The code of why the last measured slot could not be signed, None if it was."""
        return self._unsignable

    @property
    def clock_doubt(self) -> ClockDoubt | None:
        """Why the clock kept the last measured slots from being signed, None if it did not."""
        return self._clock_doubt

    async def sign_measured(self, membership: Membership) -> int:
        """Sign every measured slot of the membership that is not signed; return how many.

        Slots without a value of the grid meter are left out, and those before the meter's key was in the registry: the
        running registers go on with the next one. Raises StoreError, and what the signer raises.
        """
        grid = membership.community.terms.grid
        running = grid.slot_at(self._now())
        if membership.since_slot is None or self._doubts_clock():
            return 0
        if membership.key_id != self._pen.key_id:
            self._leave_out(
                Unsignable(_KEY_NOT_REGISTERED, "the registry has another key of this meter than this bridge")
            )
            return 0
        if self._unsignable == _KEY_NOT_REGISTERED:
            self._unsignable = None
        decision = await self._right.ask(running)
        if not isinstance(decision, MaySign):
            return 0
        last = await self._database.run(journal.last_signed)
        first = max(
            decision.from_slot,
            membership.since_slot,
            membership.key_since or 0,
            -1 if last is None else last.slot + 1,
        )
        end = running if membership.until_slot is None else min(running, membership.until_slot)
        signed = 0
        while first < end:
            measured = await self._database.run(readings.page, grid.seconds, first, end - 1, READINGS_AT_ONCE)
            contracts = await self._database.run(self._contracted, [one.slot for one in measured])
            for one in measured:
                try:
                    energy = slot_energy(one, *contracts.get(one.slot, (0, 0)))
                except Unsignable as error:
                    self._leave_out(error)
                    continue
                self._unsignable = None
                previous = await self._previous()
                own = await asyncio.to_thread(self._pen.write, one.slot, energy, previous, now=self._now())
                await self._database.run(journal.add_reading, own)
                signed += 1
            if len(measured) < READINGS_AT_ONCE:
                break
            first = measured[-1].slot + 1
        return signed

    async def sign_anew(self, accepted: Reading | None, pending: list[OwnReading]) -> None:
        """Replace readings that follow what was never accepted: each one revision higher, the first after ``accepted``."""
        previous = None if accepted is None else await self._opened(accepted)
        anew = await asyncio.to_thread(self._pen.rewrite, previous, pending, now=self._now())
        await self._database.run(journal.add_readings, anew)

    async def _previous(self) -> OpenedReading | None:
        last = await self._database.run(journal.last_reading)
        foreign = self._right.foreign
        if foreign is not None and (last is None or last.slot < foreign.slot):
            return OpenedReading(foreign, (), RunningRegisters())
        return None if last is None else last.opened()

    async def _opened(self, reading: Reading) -> OpenedReading:
        own = await self._database.run(journal.by_hash, reading.struct_hash())
        return OpenedReading(reading, (), RunningRegisters()) if own is None else own.opened()

    def _doubts_clock(self) -> bool:
        doubt = self._ask_clock()
        if doubt is not None and self._clock_doubt is None:
            _LOGGER.warning(
                "Nothing is signed: the clock of the %s is %d s ahead of this machine's",
                doubt.against,
                doubt.seconds,
            )
        if doubt is None and self._clock_doubt is not None:
            _LOGGER.info("The clocks agree again: what was measured is signed")
        self._clock_doubt = doubt
        return doubt is not None

    def _leave_out(self, error: Unsignable) -> None:
        if self._unsignable != error.code:
            _LOGGER.warning("A slot is not signed (%s): %s", error.code, error)
        self._unsignable = error.code
