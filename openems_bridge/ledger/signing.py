"""From a measured slot to a signed reading: pure, but for the signer, which blocks."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dems_protocol.readings import OpenedReading, ReadingFactory, SlotEnergy
from dems_protocol.signatures import Signer, is_signed_by
from dems_protocol.typed_data import LedgerDomain
from openems_bridge.ledger.own_reading import OwnReading
from openems_bridge.metering.readings import Reading as Measured
from openems_bridge.telemetry import Register


class Unsignable(Exception):
    """A measured slot cannot become a reading; ``code`` is for translation."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class SignerFailed(Exception):
    """The meter's key gave a signature that is not its own: nothing was kept of it."""


type Contracted = Callable[[sqlite3.Connection, Sequence[int]], Mapping[int, tuple[int, int]]]
"""Returns what was bought and sold (Wh) of some slots in the market; slots without a contract are missing."""


def nothing_contracted(connection: sqlite3.Connection, slots: Sequence[int]) -> Mapping[int, tuple[int, int]]:
    """Return nothing: the contracts of a household that does not trade."""
    return {}


def slot_energy(measured: Measured, bought: int = 0, sold: int = 0) -> SlotEnergy:
    """Return what the meter signs of a measured slot of which so many Wh were bought and sold in the market.

    Of withdrawal and feed-in that much is delivered under contract (docs/market.md section 10), the rest is netted.

    A house without a plant has no generation and feeds nothing in: 0. Raises Unsignable where the withdrawal is unknown
    (there is no grid meter) or a value does not fit into 32 bits.
    """
    withdrawal = measured.energy.get(Register.WITHDRAWAL)
    if withdrawal is None:
        raise Unsignable("no_grid_meter", f"slot {measured.slot} has no value of the grid meter")
    feed_in = measured.energy.get(Register.FEED_IN, 0)
    taken, given = min(withdrawal, bought), min(feed_in, sold)
    try:
        return SlotEnergy(
            withdrawal_delivered=taken,
            withdrawal_rest=withdrawal - taken,
            feed_in_delivered=given,
            feed_in_rest=feed_in - given,
            generation=measured.energy.get(Register.GENERATION, 0),
        )
    except ValueError as error:
        raise Unsignable("out_of_range", f"slot {measured.slot}: {error}") from None


@dataclass(frozen=True, slots=True)
class MeterPen:
    """Signs readings with the meter's key. ``instance`` is this copy of the bridge; every call blocks."""

    domain: LedgerDomain
    factory: ReadingFactory
    signer: Signer
    instance: str

    @property
    def key_id(self) -> bytes:
        """The id of the key that signs."""
        return self.signer.public_key.key_id()

    def write(
        self,
        slot: int,
        energy: SlotEnergy,
        previous: OpenedReading | None,
        *,
        revision: int = 0,
        now: float,
    ) -> OwnReading:
        """Return the signed reading of a slot. Raises SignerFailed, and what the signer raises (KeysUnusable)."""
        opened = self.factory.build(slot, energy, previous, revision=revision)
        digest = self.domain.digest(opened.reading.struct_hash())
        signature = self.signer.sign(digest)
        if not is_signed_by(self.signer.public_key, digest, signature):
            raise SignerFailed(f"the signature of slot {slot} does not verify: is it the key of this meter?")
        return OwnReading(
            reading=opened.reading,
            signature=signature,
            openings=opened.openings,
            signer=self.instance,
            signed_at=now,
        )

    def rewrite(
        self, accepted: OpenedReading | None, pending: Sequence[OwnReading], *, now: float
    ) -> list[OwnReading]:
        """Sign readings anew, one revision higher, so that the first follows ``accepted`` and each the one before.

        For readings that follow one which the operator never accepted.
        """
        rewritten: list[OwnReading] = []
        previous = accepted
        for own in sorted(pending, key=lambda one: one.slot):
            anew = self.write(own.slot, energy_of(own), previous, revision=own.reading.revision + 1, now=now)
            rewritten.append(anew)
            previous = anew.opened()
        return rewritten


def energy_of(own: OwnReading) -> SlotEnergy:
    """Return the energy that a reading commits to."""
    withdrawal_delivered, withdrawal_rest, feed_in_delivered, feed_in_rest, generation = (
        opening.value for opening in own.openings
    )
    return SlotEnergy(
        withdrawal_delivered=withdrawal_delivered,
        withdrawal_rest=withdrawal_rest,
        feed_in_delivered=feed_in_delivered,
        feed_in_rest=feed_in_rest,
        generation=generation,
    )
