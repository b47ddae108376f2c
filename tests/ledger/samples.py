"""One meter's signed readings and a community's terms, without any chain."""

import sqlite3

from dems_node.chain import journal as transactions
from dems_protocol.commitments import MeterSecret, Pedersen
from dems_protocol.leaves import MeterRecord
from dems_protocol.membership import Enrolment
from dems_protocol.plants import PlantKind
from dems_protocol.readings import OpenedReading, ReadingFactory, SlotEnergy
from dems_protocol.signatures import Scheme, Signature, SoftwareSigner
from dems_protocol.typed_data import LedgerDomain
from openems_bridge.ledger.community import Community, Contracts, Terms
from openems_bridge.ledger.membership_state import Membership, MembershipStatus
from openems_bridge.ledger.own_reading import OwnReading
from openems_bridge.ledger.schema import create_audit_tables, create_ledger_tables
from openems_bridge.ledger.signing import MeterPen

DOMAIN = LedgerDomain(31337, b"\x11" * 20)
METER = b"\x22" * 32
HOUSEHOLD = b"\x33" * 20
PEDERSEN = Pedersen()
KEY = SoftwareSigner.from_private_key(Scheme.P256, 4711)
SECRET = MeterSecret(b"\x44" * 32)
RECORD = MeterRecord(HOUSEHOLD, KEY.public_key, 10_000)
TERMS = Terms(
    slot_seconds=900,
    publish_seconds=900,
    publish_limit_seconds=604_800,
    challenge_seconds=3600,
    challenge_blocks=240,
    answer_seconds=1800,
    answer_blocks=120,
    replace_seconds=3600,
    replace_blocks=240,
    open_seconds=86_400,
    open_blocks=5760,
    minimum_owners=5,
    inclusion_deposit=5,
    demand_bond=10,
    maximum_certificate_seconds=0,
)
COMMUNITY = Community(
    name="Musterstraße",
    domain=DOMAIN,
    contracts=Contracts(
        registry=b"\x01" * 20,
        ledger=DOMAIN.ledger,
        challenges=b"\x02" * 20,
        demands=b"\x03" * 20,
        direct_inclusion=b"\x04" * 20,
        netting=b"\x05" * 20,
        account=b"\x06" * 20,
        certificates=b"\x07" * 20,
        currency=b"\x08" * 20,
    ),
    terms=TERMS,
    rpc="http://127.0.0.1:1",
    operator_url="https://127.0.0.1:1",
    fingerprint=b"\x55" * 32,
    operator=b"\x66" * 20,
)
MEMBERSHIP = Membership(
    community=COMMUNITY,
    enrolment=Enrolment(
        household=HOUSEHOLD,
        meter=METER,
        key=KEY.public_key,
        plant_power=10_000,
        battery_power=5_000,
        plant_kind=PlantKind.SOLAR,
        consent=b"\x77" * 32,
        invitation=b"\x88" * 32,
    ),
    household_signature=Signature(1, 2, 27),
    meter_signature=Signature(3, 4, 0),
    status=MembershipStatus.MEMBER,
    first_block=7,
    since_slot=90,
)


def pen(instance: str = "a") -> MeterPen:
    factory = ReadingFactory(
        pedersen=PEDERSEN, domain=DOMAIN, meter=METER, key=KEY.public_key.key_id(), secret=SECRET
    )
    return MeterPen(domain=DOMAIN, factory=factory, signer=KEY, instance=instance)


def signed(
    slot: int,
    previous: OwnReading | None = None,
    *,
    withdrawal: int = 100,
    feed_in: int = 50,
    generation: int | None = None,
    revision: int = 0,
    instance: str = "a",
) -> OwnReading:
    energy = SlotEnergy(
        withdrawal_rest=withdrawal,
        feed_in_rest=feed_in,
        generation=feed_in if generation is None else generation,
    )
    before: OpenedReading | None = None if previous is None else previous.opened()
    return pen(instance).write(slot, energy, before, revision=revision, now=float(slot * 900))


def chain(slots: range, *, feed_in: int = 50, generation: int | None = None) -> list[OwnReading]:
    """Return readings of consecutive slots, each following the one before."""
    readings: list[OwnReading] = []
    for slot in slots:
        previous = readings[-1] if readings else None
        readings.append(signed(slot, previous, feed_in=feed_in, generation=generation))
    return readings


def memory() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", autocommit=True)
    create_ledger_tables(connection)
    create_audit_tables(connection)
    transactions.create_tables(connection)
    return connection
