"""Households, meters and an operator on a real chain: what the tests of the contracts play with."""

from dataclasses import dataclass, replace

from eth_account.signers.local import LocalAccount
from eth_typing import Hash32

from dems_protocol.commitments import MeterSecret, Opening, Pedersen, Register, sum_openings
from dems_protocol.contracts import (
    community_registry,
    demo_currency,
    meter_ledger,
    structs,
)
from dems_protocol.contracts.conversions import to_public_key, to_published, to_statement
from dems_protocol.leaves import Leaf, MeterRecord, count_owners
from dems_protocol.readings import OpenedReading, ReadingFactory, SlotEnergy
from dems_protocol.sealing import OperatorKey
from dems_protocol.signatures import Scheme, SoftwareSigner
from dems_protocol.statements import Statement, build_tree
from dems_protocol.sum_tree import SumTree
from dems_protocol.typed_data import LedgerDomain
from tests.contracts.chain import CHAIN_ID, Chain, ChainAccount, DeployedCommunity

OPERATOR_KEY = OperatorKey(2**200 + 7)
BOND = 1_000_000_000
POWER = 8000


@dataclass(frozen=True, slots=True)
class Resident:
    """A household with its account and its meter."""

    account: ChainAccount
    meter: bytes
    signer: SoftwareSigner
    secret: MeterSecret

    @property
    def record(self) -> MeterRecord:
        """What the registry says of the meter."""
        return MeterRecord(self.account.address, self.signer.public_key, POWER)


@dataclass(frozen=True, slots=True)
class ClosedSlot:
    """A slot that the operator closed: readings, leaves, tree, statement."""

    readings: list[OpenedReading]
    leaves: list[Leaf]
    tree: SumTree
    statement: Statement

    def sum_opening(self, register: Register) -> Opening:
        """Return the opening of the sum over a register."""
        return sum_openings(reading.openings[register] for reading in self.readings)


@dataclass(frozen=True, slots=True)
class Village:
    """A community with five residents, registered and funded."""

    community: DeployedCommunity
    pedersen: Pedersen
    residents: list[Resident]

    @property
    def chain(self) -> Chain:
        """The chain."""
        return self.community.chain

    @property
    def domain(self) -> LedgerDomain:
        """The domain of all messages."""
        return LedgerDomain(CHAIN_ID, self.community.deployment.ledger)

    def read(
        self, resident: Resident, slot: int, energy: SlotEnergy, previous: OpenedReading | None = None
    ) -> OpenedReading:
        """Return what a resident's meter says of a slot."""
        factory = ReadingFactory(
            pedersen=self.pedersen,
            domain=self.domain,
            meter=resident.meter,
            key=resident.signer.public_key.key_id(),
            secret=resident.secret,
        )
        return factory.build(slot, energy, previous)

    def read_all(self, slot: int, previous: list[OpenedReading] | None = None) -> list[OpenedReading]:
        """Return a reading of every meter."""
        return [
            self.read(
                resident,
                slot,
                SlotEnergy(withdrawal_rest=100 * i + 7, feed_in_rest=70 * i + 5, generation=80 * i + 3),
                previous[i] if previous else None,
            )
            for i, resident in enumerate(self.residents)
        ]

    def sign(self, resident: Resident, reading: OpenedReading, owners: int = 0) -> Leaf:
        """Return a reading signed by its meter."""
        digest = self.domain.digest(reading.reading.struct_hash())
        return Leaf(reading.reading, owners, resident.signer.sign(digest))

    def close(self, slot: int, readings: list[OpenedReading]) -> ClosedSlot:
        """Return the true tree and statement over these readings, which are in order."""
        by_meter = {resident.meter: resident for resident in self.residents}
        meters = [reading.reading.meter for reading in readings]
        owners = count_owners(meters, {meter: by_meter[meter].record for meter in meters})
        leaves = [
            self.sign(by_meter[meter], reading, owner)
            for meter, reading, owner in zip(meters, readings, owners, strict=True)
        ]
        tree = build_tree(self.domain, leaves)
        return ClosedSlot(readings, leaves, tree, Statement.of(slot, tree))

    def on(self, chain: Chain) -> Village:
        """Return the same village for another connection to the same chain."""
        community = self.community
        moved = replace(
            community,
            chain=chain,
            administrator=community.administrator.on(chain.client),
            authority=community.authority.on(chain.client),
            operator=community.operator.on(chain.client),
        )
        residents = [replace(r, account=r.account.on(chain.client)) for r in self.residents]
        return Village(moved, self.pedersen, residents)

    async def publish(self, statement: Statement) -> tuple[structs.Published, int]:
        """Publish a statement; return it with time and block, and the gas it cost."""
        deployment = self.community.deployment
        call = meter_ledger.Publish(to_statement(statement))
        receipt = await self.community.operator.transact(deployment.ledger, call.calldata())
        (event,) = receipt.events
        assert isinstance(event, meter_ledger.StatementPublishedEvent)
        assert event.statement == to_statement(statement)
        published = to_published(statement, event.published_at, event.published_block)
        found = await self.community.operator.read(deployment.ledger, meter_ledger.Records(statement.slot))
        assert found == statement.record_hash(event.published_at, event.published_block)
        return published, receipt.gas_used

    async def finalize(self) -> None:
        """Let the challenge window pass."""
        await self.chain.pass_time(3600, 240)

    def sign_by_operator(self, statement: Statement) -> structs.Signature:
        """Return the operator's signature of a statement."""
        return sign_account(Chain.key("operator"), self.domain.digest(statement.struct_hash()))


def sign_account(account: LocalAccount, digest: bytes) -> structs.Signature:
    """Return an account's signature of a digest."""
    signed = account.unsafe_sign_hash(Hash32(digest))
    return structs.Signature(signed.r.to_bytes(32), signed.s.to_bytes(32), signed.v)


async def settle(community: DeployedCommunity, residents: int = 5) -> Village:
    """Appoint the operator, admit households with a meter each, and fund everybody, for the slot after the next."""
    chain, deployment = community.chain, community.deployment
    first = await chain.slot() + 1
    key = OPERATOR_KEY.public
    await community.authority.call(
        deployment.registry,
        community_registry.AppointOperator(community.operator.address, (key.x, key.y), first).calldata(),
    )
    village = Village(community, Pedersen(), [])
    for i in range(residents):
        resident = await _resident(chain, i)
        village.residents.append(resident)
        await _register(community, resident, first)
        await fund(community, resident.account, 50_000_000)
    await fund(community, community.operator, 3 * BOND)
    await community.operator.call(deployment.ledger, meter_ledger.LockBond(BOND).calldata())
    await chain.start_of_slot(first + 2)
    return village


async def _resident(chain: Chain, index: int) -> Resident:
    scheme = Scheme.P256 if index % 2 else Scheme.SECP256K1
    return Resident(
        account=await chain.account(f"household {index}"),
        meter=(100 + index).to_bytes(32),
        signer=SoftwareSigner.from_private_key(scheme, 10_000 + index),
        secret=MeterSecret(bytes([index + 1]) * 32),
    )


async def _register(community: DeployedCommunity, resident: Resident, first: int) -> None:
    registry, household = community.deployment.registry, resident.account.address
    plant = structs.Plant(POWER, 0, 1_700_000_000, structs.Source.SOLAR)
    for call in (
        community_registry.Admit(household),
        community_registry.RegisterMeter(
            resident.meter, household, to_public_key(resident.signer.public_key), bytes(32), first
        ),
        community_registry.SetPlant(resident.meter, plant, b"SEE984033548619".ljust(32, b"\0"), first),
    ):
        await community.authority.call(registry, call.calldata())


async def fund(community: DeployedCommunity, account: ChainAccount, amount: int) -> None:
    """Give an account money in the ledger."""
    ledger = community.deployment.ledger
    for to, call in (
        (community.currency, demo_currency.Mint(account.address, amount)),
        (community.currency, demo_currency.Approve(ledger, amount)),
        (ledger, meter_ledger.Deposit(amount)),
    ):
        await account.call(to, call.calldata())
