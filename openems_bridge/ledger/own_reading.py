"""A reading that this household's meter has signed, and what became of it at the operator."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dems_node.json_types import Json
from dems_protocol.commitments import Opening
from dems_protocol.readings import OpenedReading, Reading, RunningRegisters
from dems_protocol.signatures import Signature


class Delivery(StrEnum):
    """How far a signed reading has come."""

    SIGNED = "signed"
    """In the journal; the operator has not confirmed it."""
    RECEIVED = "received"
    """The operator's receipt is kept."""
    LATE = "late"
    """The operator has it, but the slot's statement was made without it: it counts in the running registers only."""
    REFUSED = "refused"
    """The operator does not take it and has a reason (``OwnReading.refusal``)."""
    SUPERSEDED = "superseded"
    """A higher revision of the same slot was signed, because what this one followed was never accepted."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the operator does not take a reading: its code (docs/operator-api.md) and what it says of it.

    ``justified``: whether this bridge, by the rules that it can check itself, finds the same.
    """

    code: str
    params: Mapping[str, Json]
    justified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReading:
    """A signed reading as the journal keeps it.

    ``signer`` is the instance of the bridge that signed (``ledger.single_writer``); moments are UTC s. ``tried_at`` is the
    first time that it was sent to the operator.
    """

    reading: Reading
    signature: Signature
    openings: tuple[Opening, ...] = field(repr=False)
    signer: str
    signed_at: float
    delivery: Delivery = Delivery.SIGNED
    tried_at: float | None = None
    received_at: int | None = None
    receipt: Signature | None = None
    refusal: Refusal | None = None

    @property
    def slot(self) -> int:
        """The slot it is of."""
        return self.reading.slot

    @property
    def hash(self) -> bytes:
        """The reading's hash (32 bytes)."""
        return self.reading.struct_hash()

    def opened(self) -> OpenedReading:
        """Return it as what the next reading is built on.

        The openings of the running registers are left out: claims add up the readings' own openings, which also works
        after a reading that another copy of this bridge has signed.
        """
        return OpenedReading(self.reading, self.openings, RunningRegisters())
