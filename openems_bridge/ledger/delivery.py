"""Brings signed readings to the operator, oldest first, and keeps its receipts."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from dems_node.database.database import Database
from dems_protocol.commitments import Pedersen
from dems_protocol.leaves import MeterRecord
from dems_protocol.signatures import is_signed_by_account
from openems_bridge.ledger import journal
from openems_bridge.ledger.anchoring import is_refusal_justified
from openems_bridge.ledger.membership_state import Membership
from openems_bridge.ledger.operator_client import (
    OperatorClient,
    OperatorDown,
    OperatorRefused,
    Received,
)
from openems_bridge.ledger.own_reading import Delivery, OwnReading, Refusal
from openems_bridge.ledger.signing_desk import SigningDesk
from openems_bridge.ledger.signing_right import SigningRight

type ReadRecord = Callable[[bytes, int], Awaitable[MeterRecord | None]]
"""Returns what the registry says of a meter for a slot."""
_LOGGER = logging.getLogger(__name__)
_TRY_LATER = frozenset({"wrong-slot", "not-registered"})
"""Refusals that time can mend while the household's membership is new or a clock is off."""


class Courier:
    """Submits readings. ``told`` hears of each reading whose delivery changed, once it is stored. ``now`` is UTC s."""

    def __init__(
        self,
        *,
        operator: OperatorClient,
        database: Database,
        desk: SigningDesk,
        right: SigningRight,
        pedersen: Pedersen,
        record: ReadRecord,
        told: Callable[[OwnReading], None],
        now: Callable[[], float],
    ) -> None:
        self._operator = operator
        self._database = database
        self._desk = desk
        self._right = right
        self._pedersen = pedersen
        self._record = record
        self._told = told
        self._now = now

    async def deliver(self, membership: Membership) -> bool:
        """Submit what waits, in order; return whether all of it got through (or was refused for good).

        Raises OperatorDown, StoreError, and what the registry's reader raises: then the rest waits.
        """
        grid = membership.community.terms.grid
        renewed = False
        while True:
            waiting = await self._database.run(journal.undelivered)
            if not waiting or self._right.read_only is not None:
                return not waiting
            for own in waiting:
                if self._now() < grid.end(own.slot):
                    return True
                outcome = await self._submit(membership, own)
                if outcome == "later":
                    return False
                if outcome == "renew":
                    if renewed:
                        raise OperatorDown(
                            "refusing",
                            "The operator says of every reading that it does not follow the last one.",
                        )
                    renewed = True
                    await self._renew(membership, list(waiting))
                    break
            else:
                return True

    async def _submit(self, membership: Membership, own: OwnReading) -> str:
        own = await self._database.run(journal.note_tried, own, self._now())
        try:
            received = await self._operator.submit(own.reading, own.signature, own.openings)
        except OperatorRefused as refused:
            return await self._refused(membership, own, refused)
        self._require_receipt(membership, own, received)
        delivery = Delivery.LATE if received.late else Delivery.RECEIVED
        await self._keep(
            replace(
                own,
                delivery=delivery,
                received_at=None if received.late else received.receipt.received_at,
                receipt=received.signature,
            )
        )
        return "done"

    async def _refused(self, membership: Membership, own: OwnReading, refused: OperatorRefused) -> str:
        if refused.code == "too-late":
            await self._keep(replace(own, delivery=Delivery.LATE))
            return "done"
        if refused.code in {"older-revision", "broken-chain"}:
            self._right.doubt()
            grid = membership.community.terms.grid
            await self._right.ask(grid.slot_at(self._now()))
            return "later" if self._right.read_only is not None else "renew"
        record = await self._record(own.reading.meter, own.slot)
        if refused.code in _TRY_LATER and record is not None:
            return "later"
        terms = membership.community.terms
        justified = is_refusal_justified(
            refused.code,
            refused.params,
            own,
            record,
            pedersen=self._pedersen,
            domain=membership.community.domain,
            terms=terms,
            battery_power=membership.enrolment.battery_power,
        )
        _LOGGER.warning(
            "The operator refused the reading of slot %d (%s): %s", own.slot, refused.code, refused.detail
        )
        refusal = Refusal(refused.code, refused.params, justified)
        await self._keep(replace(own, delivery=Delivery.REFUSED, refusal=refusal))
        return "done"

    async def _renew(self, membership: Membership, waiting: list[OwnReading]) -> None:
        """Sign what waits anew after the operator's last reading; what the operator has already is only noted."""
        last = await self._operator.last_reading(membership.meter)
        known = None if last is None else last.reading
        pending = [own for own in waiting if known is None or own.slot > known.slot]
        passed = [own for own in waiting if known is not None and own.slot <= known.slot]
        for own in passed:
            # The operator went on without it: it can neither follow nor be followed any more.
            delivery = Delivery.RECEIVED if known and own.hash == known.struct_hash() else Delivery.REFUSED
            refusal = None if delivery is Delivery.RECEIVED else Refusal("broken-chain", {}, True)
            await self._keep(replace(own, delivery=delivery, refusal=refusal))
        if pending:
            _LOGGER.info(
                "%d readings are signed anew to follow the last one that the operator has", len(pending)
            )
            await self._desk.sign_anew(known, pending)

    def _require_receipt(self, membership: Membership, own: OwnReading, received: Received) -> None:
        receipt = received.receipt
        digest = membership.community.domain.digest(receipt.struct_hash())
        genuine = (
            receipt.reading == own.hash
            and receipt.meter == own.reading.meter
            and receipt.slot == own.slot
            and receipt.revision == own.reading.revision
            and is_signed_by_account(membership.community.operator, digest, received.signature)
        )
        if not genuine:
            raise OperatorDown(
                "bad_receipt",
                f"The operator's receipt for slot {own.slot} is not for the reading, or not signed.",
            )

    async def _keep(self, own: OwnReading) -> None:
        await self._database.run(journal.change_reading, own)
        self._told(own)
