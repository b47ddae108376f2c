"""Simulated households: an account, a meter with a key and a secret, readings one after the other."""

from dataclasses import dataclass, field

from eth_hash.auto import keccak

from dems_protocol.commitments import MeterSecret, Opening, Pedersen
from dems_protocol.leaves import MeterRecord
from dems_protocol.membership import Access, Enrolment
from dems_protocol.plants import PlantKind
from dems_protocol.readings import OpenedReading, ReadingFactory, SlotEnergy
from dems_protocol.registry_changes import HouseholdChange, KeyChange, SignedKeyChange
from dems_protocol.signatures import PublicKey, Scheme, Signature, SoftwareSigner
from dems_protocol.typed_data import LedgerDomain

PEDERSEN = Pedersen()


def number(label: str) -> int:
    return int.from_bytes(keccak(label.encode())) >> 8


@dataclass(slots=True)
class Household:
    """A household that behaves; what it signed last is in ``last``."""

    name: str
    domain: LedgerDomain
    scheme: Scheme = Scheme.P256
    plant_power: int = 10_000
    battery_power: int = 5_000
    account: SoftwareSigner = field(init=False)
    meter_key: SoftwareSigner = field(init=False)
    meter: bytes = field(init=False)
    secret: MeterSecret = field(init=False)
    last: OpenedReading | None = None

    def __post_init__(self) -> None:
        self.account = SoftwareSigner.from_private_key(Scheme.SECP256K1, number(f"account {self.name}"))
        self.meter_key = SoftwareSigner.from_private_key(self.scheme, number(f"meter key {self.name}"))
        self.meter = keccak(f"meter {self.name}".encode())
        self.secret = MeterSecret(keccak(f"secret {self.name}".encode()))

    @property
    def address(self) -> bytes:
        return self.account.public_key.address()

    @property
    def record(self) -> MeterRecord:
        return MeterRecord(self.address, self.meter_key.public_key, self.plant_power)

    def enrolment(self, consent: bytes, secret: bytes) -> Enrolment:
        return Enrolment(
            household=self.address,
            meter=self.meter,
            key=self.meter_key.public_key,
            zone=1,
            plant_power=self.plant_power,
            battery_power=self.battery_power,
            battery_capacity=10_000,
            plant_kind=PlantKind.SOLAR if self.plant_power else PlantKind.NONE,
            consent=consent,
            invitation=keccak(secret),
        )

    def enrolment_body(self, enrolment: Enrolment, secret: bytes) -> dict[str, str]:
        digest = self.domain.digest(enrolment.struct_hash())
        return {
            "enrolment": hexed(enrolment.encode()),
            "household_signature": hexed(self.account.sign(digest).encode()),
            "meter_signature": hexed(self.meter_key.sign(digest).encode()),
            "invitation": hexed(secret),
        }

    def read(
        self,
        slot: int,
        *,
        withdrawal: int = 0,
        feed_in: int = 0,
        generation: int | None = None,
        revision: int = 0,
    ) -> OpenedReading:
        """Sign for the next slot, and remember it."""
        self.last = self.build(
            slot, self.last, withdrawal=withdrawal, feed_in=feed_in, generation=generation, revision=revision
        )
        return self.last

    def build(
        self,
        slot: int,
        previous: OpenedReading | None,
        *,
        withdrawal: int = 0,
        feed_in: int = 0,
        generation: int | None = None,
        revision: int = 0,
    ) -> OpenedReading:
        factory = ReadingFactory(
            pedersen=PEDERSEN,
            domain=self.domain,
            meter=self.meter,
            key=self.meter_key.public_key.key_id(),
            secret=self.secret,
        )
        energy = SlotEnergy(
            withdrawal_rest=withdrawal,
            feed_in_rest=feed_in,
            generation=feed_in if generation is None else generation,
        )
        return factory.build(slot, energy, previous, revision=revision)

    def sign(self, opened: OpenedReading) -> Signature:
        return self.meter_key.sign(self.domain.digest(opened.reading.struct_hash()))

    def submission_body(self, opened: OpenedReading) -> dict[str, object]:
        return {
            "reading": hexed(opened.reading.encode()),
            "signature": hexed(self.sign(opened).encode()),
            "openings": [[opening.value, opening.blinding] for opening in opened.openings],
        }

    def authorisation(self, path: str, expires: int) -> dict[str, str]:
        access = Access(self.address, path, expires)
        signature = self.account.sign(self.domain.digest(access.struct_hash()))
        return {"Authorization": access.header(signature)}

    def key_change(
        self, chain_id: int, registry: bytes, key: PublicKey, first_slot: int, nonce: int = 0
    ) -> SignedKeyChange:
        digest = KeyChange(self.meter, key, first_slot, nonce).digest(chain_id, registry)
        return SignedKeyChange(self.meter, key, first_slot, self.account.sign(digest))

    def departure(self, chain_id: int, registry: bytes, first_slot: int, nonce: int = 0) -> dict[str, object]:
        change = HouseholdChange(self.meter, first_slot, nonce)
        signature = self.account.sign(change.digest(chain_id, registry))
        return {"meter": hexed(self.meter), "from": first_slot, "signature": hexed(signature.encode())}


def pairs(openings: tuple[Opening, ...]) -> tuple[tuple[int, int], ...]:
    return tuple((opening.value, opening.blinding) for opening in openings)


def hexed(data: bytes) -> str:
    return f"0x{data.hex()}"
