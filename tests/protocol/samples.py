"""Small communities with real keys, from which the protocol's tests and vectors are made. All of it is deterministic."""

from collections.abc import Callable
from dataclasses import dataclass

from eth_hash.auto import keccak

from dems_protocol.commitments import MeterSecret, Pedersen
from dems_protocol.curve import ORDER
from dems_protocol.leaves import Leaf, MeterRecord, count_owners
from dems_protocol.readings import OpenedReading, ReadingFactory, SlotEnergy
from dems_protocol.sealing import OperatorKey
from dems_protocol.signatures import Scheme, SoftwareSigner
from dems_protocol.typed_data import LedgerDomain

DOMAIN = LedgerDomain(31337, bytes.fromhex("5fbdb2315678afecb367f032d93f642f64180aa3"))
SLOT = 1_988_400


def number(label: str) -> int:
    """Return a 256-bit integer that depends on nothing but the label."""
    return int.from_bytes(keccak(label.encode()))


def flip_bit(data: bytes, bit: int) -> bytes:
    """Return the same bytes but for one bit, counted from the last."""
    return (int.from_bytes(data) ^ 1 << bit).to_bytes(len(data))


def decode_or_refuse[T](decode: Callable[[bytes], T], data: bytes) -> T | None:
    """Return what the bytes encode; None where the decoder refuses them, as it should for what is out of bounds."""
    try:
        return decode(data)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Meter:
    """A meter with its key and secret, and what the registry says of it."""

    id: bytes
    signer: SoftwareSigner
    secret: MeterSecret
    record: MeterRecord


def make_meter(
    index: int, *, scheme: Scheme = Scheme.P256, household: int | None = None, plant: int = 8000
) -> Meter:
    signer = SoftwareSigner.from_private_key(scheme, number(f"meter key {index}") >> 8)
    owner = keccak(f"household {index if household is None else household}".encode())[12:]
    return Meter(
        id=(0x1000 + index).to_bytes(32),
        signer=signer,
        secret=MeterSecret(keccak(f"meter secret {index}".encode())),
        record=MeterRecord(owner, signer.public_key, plant),
    )


def read_meter(
    pedersen: Pedersen,
    meter: Meter,
    energy: SlotEnergy,
    *,
    slot: int = SLOT,
    previous: OpenedReading | None = None,
    revision: int = 0,
) -> OpenedReading:
    factory = ReadingFactory(
        pedersen=pedersen,
        domain=DOMAIN,
        meter=meter.id,
        key=meter.signer.public_key.key_id(),
        secret=meter.secret,
    )
    return factory.build(slot, energy, previous, revision=revision)


def make_leaf(meter: Meter, opened: OpenedReading, owners: int = 0) -> Leaf:
    reading = opened.reading
    return Leaf(reading, owners, meter.signer.sign(DOMAIN.digest(reading.struct_hash())))


def make_leaves(meters: list[Meter], readings: list[OpenedReading]) -> list[Leaf]:
    owners = count_owners([meter.id for meter in meters], {meter.id: meter.record for meter in meters})
    return [make_leaf(*each) for each in zip(meters, readings, owners, strict=True)]


OPERATOR = SoftwareSigner.from_private_key(Scheme.SECP256K1, number("operator account") >> 8)
OPERATOR_KEY = OperatorKey(number("operator encryption key") % ORDER)
