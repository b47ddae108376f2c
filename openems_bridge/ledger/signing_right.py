"""Whether this bridge may sign, asked of operator and chain (the decision itself is ``single_writer``)."""

import logging
from typing import TYPE_CHECKING

from dems_node.database.database import Database
from dems_protocol.readings import Reading
from openems_bridge.ledger import journal
from openems_bridge.ledger.operator_client import OperatorClient, OperatorDown, OperatorRefused
from openems_bridge.ledger.own_reading import OwnReading
from openems_bridge.ledger.single_writer import (
    Decision,
    Evidence,
    MaySign,
    OwnJournal,
    ReadOnly,
    ReadOnlyReason,
    SeenReading,
    Witness,
    decide,
)

if TYPE_CHECKING:
    from dems_node.chain.client import ChainClient

_LOGGER = logging.getLogger(__name__)


class SigningRight:
    """Holds the decision, and asks again when something speaks against it.

    Its answers come from the operator's last reading of the meter and the account's nonce on the chain. ``joined_as`` is the
    instance that signed the enrolment.
    """

    def __init__(
        self,
        *,
        instance: str,
        joined_as: str | None,
        meter: bytes,
        account: bytes,
        database: Database,
        operator: OperatorClient,
        client: ChainClient,
    ) -> None:
        self._instance = instance
        self._joined_as = joined_as
        self._meter = meter
        self._account = account
        self._database = database
        self._operator = operator
        self._client = client
        self._decision: Decision | None = None
        self._foreign: Reading | None = None
        self._doubt = True

    @property
    def decision(self) -> Decision | None:
        """What was decided last, None before the first time."""
        return self._decision

    @property
    def read_only(self) -> ReadOnly | None:
        """Why this bridge does not sign, None if it does."""
        return self._decision if isinstance(self._decision, ReadOnly) else None

    @property
    def foreign(self) -> Reading | None:
        """The reading of another copy that the next one follows, None if it is the journal's own last one."""
        return self._foreign

    def doubt(self) -> None:
        """Ask again at the next opportunity: somebody showed something that the journal does not explain."""
        self._doubt = True

    def found_foreign(self, slot: int) -> None:
        """Stop signing: the chain shows a reading of this meter that was never signed here."""
        self._settle(ReadOnly(ReadOnlyReason.SECOND_BRIDGE, {"witness": str(Witness.CHAIN), "slot": slot}))

    async def ask(self, running_slot: int) -> Decision:
        """Return the decision; operator and chain are asked if there is none yet, or a doubt."""
        if self._decision is not None and not self._doubt:
            return self._decision
        if self._is_second_bridge():
            return self._decision  # type: ignore[return-value]
        from dems_node.chain.journal import next_nonce

        signed = await self._database.run(journal.last_signed)
        seen, operator_answered = await self._ask_operator()
        nonce = await self._ask_chain()
        decision = decide(
            self._instance,
            OwnJournal(
                last_signer=self._last_signer(signed, nothing_seen=operator_answered and seen is None),
                last_slot=None if signed is None else signed.slot,
                first_slot=await self._database.run(journal.first_slot_of, self._instance),
                next_nonce=await self._database.run(next_nonce, self._account),
            ),
            Evidence(
                operator_answered=operator_answered,
                chain_answered=nonce is not None,
                seen=[] if seen is None else [seen],
                chain_nonce=nonce,
            ),
            running_slot,
        )
        # The original signs on while nobody answers; but as soon as somebody does, he is listened to.
        self._doubt = not operator_answered
        self._settle(decision)
        return decision

    def _last_signer(self, signed: OwnReading | None, *, nothing_seen: bool) -> str | None:
        """Return who signed last. Before a meter's first reading that is who signed its enrolment.

        Only where the operator has no reading of the meter: else a lost database would look like a beginning.
        """
        if signed is not None:
            return signed.signer
        return self._joined_as if nothing_seen else None

    def _is_second_bridge(self) -> bool:
        read_only = self.read_only
        return read_only is not None and read_only.reason is ReadOnlyReason.SECOND_BRIDGE

    def _settle(self, decision: Decision) -> None:
        if isinstance(decision, ReadOnly) and decision != self._decision:
            _LOGGER.error("This bridge signs nothing (%s): %s", decision.reason, decision.params)
        if isinstance(decision, MaySign) and isinstance(self._decision, ReadOnly):
            _LOGGER.info("This bridge signs again, from slot %d on", decision.from_slot)
        if isinstance(decision, MaySign) and decision.follow is None:
            self._foreign = None
        self._decision = decision

    async def _ask_operator(self) -> tuple[SeenReading | None, bool]:
        try:
            last = await self._operator.last_reading(self._meter)
        except OperatorDown, OperatorRefused:
            return None, False
        if last is None:
            return None, True
        reading_hash = last.reading.struct_hash()
        own = await self._database.run(journal.by_hash, reading_hash)
        if own is None:
            self._foreign = last.reading
        return SeenReading(
            witness=Witness.OPERATOR, slot=last.reading.slot, hash=reading_hash, in_journal=own is not None
        ), True

    async def _ask_chain(self) -> int | None:
        from dems_node.chain.errors import ChainError

        try:
            return await self._client.nonce(self._account)
        except ChainError:
            return None
