"""What the operator asks of a reading on its arrival, and why it refuses one.

A statement that holds a leaf with a finding can be voided by anybody, so these are exactly the contract's rules, and
then what only the operator can ask: openings, ranges, plausibility. Source: docs/protocol.md section 4, "What the
operator accepts"; docs/operator-api.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dems_protocol.commitments import REGISTER_BITS, Opening, Pedersen, Register
from dems_protocol.curve import ORDER, is_valid
from dems_protocol.leaves import MeterRecord
from dems_protocol.readings import (
    NO_READING,
    Reading,
    advance_registers,
    find_chain_faults,
)
from dems_protocol.signatures import Signature, is_signed_by
from dems_protocol.slots import SlotGrid
from dems_protocol.typed_data import LedgerDomain

_SECONDS_PER_HOUR = 3600

type Param = int | str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a reading is not taken: a stable kind (docs/operator-api.md), what a person can do, and the values."""

    kind: str
    detail: str
    params: Mapping[str, Param] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Submission:
    """A reading as it arrives. ``openings`` are pairs of value (Wh) and blinding, unchecked, and never shown."""

    reading: Reading
    signature: Signature
    openings: tuple[tuple[int, int], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A reading that was taken: signed, in its meter's chain, and opened."""

    reading: Reading
    signature: Signature
    openings: tuple[Opening, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plausibility:
    """What a meter can have counted in one slot at most.

    ``tolerance`` is in thousandths of the nominal power (100: a tenth more is believed, since plants exceed their nominal
    power on cold clear days, and meters round); ``connection_power`` is the house connection in W, what it can draw.
    """

    tolerance: int = 100
    connection_power: int = 44_000


@dataclass(frozen=True, slots=True)
class SlotLimits:
    """The largest believable Wh of a slot; of generation, feed-in and withdrawal in total."""

    generation: int
    feed_in: int
    withdrawal: int


def slot_limits(rules: Plausibility, grid: SlotGrid, plant_power: int, battery_power: int) -> SlotLimits:
    """Return a meter's limits: what plant, battery (W) and connection allow in a slot, with the tolerance, rounded up."""

    def energy(power: int) -> int:
        return -(-power * (1000 + rules.tolerance) * grid.seconds // (1000 * _SECONDS_PER_HOUR))

    return SlotLimits(
        generation=energy(plant_power),
        feed_in=energy(plant_power + battery_power),
        withdrawal=energy(rules.connection_power),
    )


def find_wrong_place(
    reading: Reading, grid: SlotGrid, now: float, record: MeterRecord | None
) -> Refusal | None:
    """Return why a reading cannot be taken whatever it holds: its slot, its meter or its key."""
    if now < grid.end(reading.slot):
        return Refusal(
            "wrong-slot",
            f"Slot {reading.slot} ends at {grid.end(reading.slot)} (UTC s), and now is {int(now)}: check the clock.",
            {"slot": reading.slot, "ends_at": grid.end(reading.slot), "now": int(now)},
        )
    meter = "0x" + reading.meter.hex()
    if record is None:
        return Refusal(
            "not-registered",
            f"Meter {meter} belongs to no household of the community in slot {reading.slot}.",
            {"meter": meter, "slot": reading.slot},
        )
    if reading.key != record.key.key_id():
        return Refusal(
            "wrong-key",
            f"The reading names key 0x{reading.key.hex()}; the registry has another one for slot {reading.slot}.",
            {"key": "0x" + reading.key.hex(), "expected": "0x" + record.key.key_id().hex()},
        )
    return None


def find_wrong_link(reading: Reading, last: Reading | None) -> Refusal | None:
    """Return why a reading does not follow what arrived last of its meter (by slot; None for a meter's first).

    Either it builds on the last one, or it replaces the last one with a higher revision on the same predecessor.
    """
    if last is None:
        follows = reading.previous == NO_READING
    elif reading.slot == last.slot:
        if reading.revision <= last.revision:
            return Refusal(
                "older-revision",
                f"Revision {last.revision} of slot {last.slot} is here already; {reading.revision} does not replace it.",
                {"slot": last.slot, "revision": reading.revision, "have": last.revision},
            )
        follows = reading.previous == last.previous
    else:
        follows = reading.slot > last.slot and reading.previous == last.struct_hash()
    if follows:
        return None
    expected = f"slot {last.slot}" if last else "none: this would be the meter's first"
    return Refusal(
        "broken-chain",
        f"The reading of slot {reading.slot} does not follow the last one that arrived ({expected}).",
        {"slot": reading.slot} | ({"last_slot": last.slot, "last": _hex(last.struct_hash())} if last else {}),
    )


def check_contents(
    pedersen: Pedersen,
    domain: LedgerDomain,
    submission: Submission,
    record: MeterRecord,
    previous: Reading | None,
    limits: SlotLimits,
) -> Accepted | Refusal:
    """Check all that takes arithmetic: points, signature, running registers, openings, ranges. Takes milliseconds.

    ``previous`` is the reading that it names, None for a meter's first; `find_wrong_place` and `find_wrong_link` have
    found nothing.
    """
    reading, signature = submission.reading, submission.signature
    refusal = (
        _find_bad_points(reading)
        or _find_bad_signature(reading, signature, domain, record)
        or _find_broken_registers(reading, previous)
        or _find_out_of_range(submission.openings)
    )
    if refusal is not None:
        return refusal
    openings = tuple(Opening(value, blinding) for value, blinding in submission.openings)
    refusal = _find_bad_openings(pedersen, reading, openings) or _find_implausible(openings, limits)
    return refusal or Accepted(reading, signature, openings)


def _find_bad_points(reading: Reading) -> Refusal | None:
    for place, point in enumerate(reading.points):
        if not is_valid(point):
            return Refusal("bad-point", f"Point {place} of the reading is not on BN254.", {"point": place})
    return None


def _find_bad_signature(
    reading: Reading, signature: Signature, domain: LedgerDomain, record: MeterRecord
) -> Refusal | None:
    if is_signed_by(record.key, domain.digest(reading.struct_hash()), signature):
        return None
    return Refusal(
        "bad-signature",
        "The meter's key did not sign this reading in the one accepted form (low s; v 27 or 28, 0 for P-256), "
        f"for chain {domain.chain_id} and ledger 0x{domain.ledger.hex()}.",
        {"chain_id": domain.chain_id, "ledger": _hex(domain.ledger)},
    )


def _find_broken_registers(reading: Reading, previous: Reading | None) -> Refusal | None:
    faults = _first_faults(reading) if previous is None else find_chain_faults(reading, previous)
    if not faults:
        return None
    return Refusal("broken-chain", f"The reading {'; it '.join(faults)}.", {"slot": reading.slot})


def _first_faults(reading: Reading) -> list[str]:
    faults = []
    if reading.previous_slot:
        faults.append("names a previous slot without a previous reading")
    if reading.running != advance_registers(None, reading.commitments):
        faults.append("is a meter's first but its running registers are not its own commitments")
    return faults


def _find_out_of_range(openings: tuple[tuple[int, int], ...]) -> Refusal | None:
    for register, (value, blinding) in zip(Register, openings, strict=True):
        name = register.name.lower()
        if not 0 <= value < 1 << REGISTER_BITS:
            return Refusal("out-of-range", f"{name} must be 0 … 2^32 - 1 Wh.", {"register": name})
        if not 0 <= blinding < ORDER:
            return Refusal("out-of-range", f"The blinding of {name} must be below q.", {"register": name})
    return None


def _find_bad_openings(pedersen: Pedersen, reading: Reading, openings: tuple[Opening, ...]) -> Refusal | None:
    for register in Register:
        if not pedersen.opens(reading.commitments[register], openings[register]):
            name = register.name.lower()
            return Refusal(
                "bad-opening", f"The opening of {name} does not open its commitment.", {"register": name}
            )
    return None


def _find_implausible(openings: tuple[Opening, ...], limits: SlotLimits) -> Refusal | None:
    values = [opening.value for opening in openings]
    withdrawal = values[Register.WITHDRAWAL_DELIVERED] + values[Register.WITHDRAWAL_REST]
    feed_in = values[Register.FEED_IN_DELIVERED] + values[Register.FEED_IN_REST]
    for name, value, limit in (
        ("generation", values[Register.GENERATION], limits.generation),
        ("feed_in", feed_in, limits.feed_in),
        ("withdrawal", withdrawal, limits.withdrawal),
    ):
        if value > limit:
            return Refusal(
                "above-plant",
                f"{name}: {value} Wh in one slot; the registered plant, battery and connection allow {limit} Wh.",
                {"register": name, "energy": value, "limit": limit},
            )
    return None


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
