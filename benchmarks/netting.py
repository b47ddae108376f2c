"""What it costs to close, publish, open and check a slot of a large community.

``python -m benchmarks.netting [--households N]``. The operator has checked signatures and openings on arrival (reported
for each reading); at the slot's end it counts owners, builds the tree and sums the openings. Gas is what a real
anvil under Osaka's rules took for publishing and opening that very statement.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from eth_hash.auto import keccak

from community.deploying import ChainDeployer
from community.deployment import CommunityPlan, Deployment, deploy_community
from demo.chain import CHAIN_ID, anvil
from dems_node.chain.client import ChainClient
from dems_node.chain.jsonrpc import Transport, transport_for
from dems_node.keys.account import AccountKey
from dems_protocol.commitments import MeterSecret, Opening, Pedersen, Register, sum_openings
from dems_protocol.contracts import (
    community_registry,
    creation_code,
    decode_event,
    demo_currency,
    meter_ledger,
    netting,
)
from dems_protocol.contracts.conversions import to_opening, to_published, to_statement
from dems_protocol.curve import ORDER
from dems_protocol.leaves import Leaf, MeterRecord, count_owners, find_leaf_faults
from dems_protocol.readings import OpenedReading, ReadingFactory, SlotEnergy
from dems_protocol.sealing import OperatorKey
from dems_protocol.signatures import Scheme, Signature, SoftwareSigner
from dems_protocol.statements import Statement, build_tree, open_sums, require_included
from dems_protocol.sum_tree import SumTree
from dems_protocol.typed_data import LedgerDomain

SLOT_SECONDS = 900
POWER = 10_000
BOND = 1_000_000_000
MINIMUM_OWNERS = 5
ARRIVALS = 200
CHECKS = 50

PUBLISHED = """\
published elsewhere (facts/ledger.md):
  one reading on chain, Kraus' prototype          160,360 gas
  netting, BloGPV                                 215,000 gas for each household
  netting, witness and proof, BloGPV              668 s for 80 households (limit: 900 s)
"""


@dataclass(frozen=True, slots=True)
class Household:
    """One household's meter and its reading of the slot."""

    record: MeterRecord
    opened: OpenedReading
    signature: Signature


@dataclass(frozen=True, slots=True)
class ClosedSlot:
    """What the operator has after closing the slot."""

    leaves: list[Leaf]
    tree: SumTree
    statement: Statement
    withdrawal: Opening
    feed_in: Opening


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain whose clock the benchmark holds, and who acts on it."""

    transport: Transport
    client: ChainClient
    operator: ChainDeployer
    deployment: Deployment

    async def wait(self, seconds: int, blocks: int) -> None:
        """Let time and blocks pass."""
        await self.transport.request("evm_increaseTime", (hex(seconds),))
        await self.transport.request("anvil_mine", (hex(blocks),))

    async def slot(self) -> int:
        """Return the slot of the newest block."""
        return (await self.client.head()).timestamp // SLOT_SECONDS


def read_households(count: int, domain: LedgerDomain, slot: int, pedersen: Pedersen) -> list[Household]:
    """Return the signed readings of a community in ascending order of meters: each household's own work."""
    return [_read_household(index, domain, slot, pedersen) for index in range(count)]


def _read_household(index: int, domain: LedgerDomain, slot: int, pedersen: Pedersen) -> Household:
    signer = SoftwareSigner.from_private_key(Scheme.P256, 10_000 + index)
    factory = ReadingFactory(
        pedersen=pedersen,
        domain=domain,
        meter=(1 + index).to_bytes(32),
        key=signer.public_key.key_id(),
        secret=MeterSecret(keccak(index.to_bytes(8))),
    )
    energy = SlotEnergy(
        withdrawal_rest=index * 37 % 500, feed_in_rest=index * 53 % 700, generation=index * 53 % 900
    )
    opened = factory.build(slot, energy)
    record = MeterRecord(keccak(b"household" + index.to_bytes(8))[12:], signer.public_key, POWER)
    return Household(record, opened, signer.sign(domain.digest(opened.reading.struct_hash())))


def check_arrival(household: Household, domain: LedgerDomain, slot: int, pedersen: Pedersen) -> None:
    """Check one reading as the operator does when it arrives; fail if it finds a fault, for there is none."""
    leaf = Leaf(household.opened.reading, 0, household.signature)
    faults = find_leaf_faults(leaf, domain, slot, household.record)
    commitments = household.opened.reading.commitments
    opens = map(pedersen.opens, commitments, household.opened.openings, strict=True)
    if faults or not all(opens):
        raise AssertionError(f"an honest reading was found faulty: {faults}")


def close_slot(
    households: list[Household], domain: LedgerDomain, slot: int, pedersen: Pedersen
) -> ClosedSlot:
    """Do what the operator does between the slot's end and its netting."""
    readings = [household.opened for household in households]
    records = {home.opened.reading.meter: home.record for home in households}
    owners = count_owners([opened.reading.meter for opened in readings], records)
    leaves = [
        Leaf(home.opened.reading, sides, home.signature)
        for home, sides in zip(households, owners, strict=True)
    ]
    tree = build_tree(domain, leaves)
    statement = Statement.of(slot, tree)
    withdrawal = sum_openings(opened.openings[Register.WITHDRAWAL_REST] for opened in readings)
    feed_in = sum_openings(opened.openings[Register.FEED_IN_REST] for opened in readings)
    open_sums(pedersen, statement, withdrawal, feed_in, minimum_owners=MINIMUM_OWNERS)
    return ClosedSlot(leaves, tree, statement, withdrawal, feed_in)


async def deploy(transport: Transport) -> Chain:
    """Deploy a community, with an operator that has locked its bond."""
    client = ChainClient(transport, CHAIN_ID)
    deployer, authority, operator = [
        await _account(transport, client, name) for name in (b"deployer", b"authority", b"operator")
    ]
    currency = await deployer.deploy(creation_code("DemoCurrency"))
    plan = CommunityPlan(
        administrator=deployer.address,
        authority=authority.address,
        pool=authority.address,
        currency=currency,
        slot_seconds=SLOT_SECONDS,
        minimum_owners=MINIMUM_OWNERS,
    )
    chain = Chain(transport, client, operator, await deploy_community(deployer, plan))
    registry, ledger = chain.deployment.registry, chain.deployment.ledger
    key = OperatorKey(int.from_bytes(keccak(b"operator")) % ORDER).public
    await authority.perform(
        registry,
        community_registry.AppointOperator(operator.address, (key.x, key.y), await chain.slot() + 1),
    )
    await operator.perform(currency, demo_currency.Mint(operator.address, BOND))
    await operator.perform(currency, demo_currency.Approve(ledger, BOND))
    await operator.perform(ledger, meter_ledger.Deposit(BOND))
    await operator.perform(ledger, meter_ledger.LockBond(BOND))
    await chain.wait(3 * SLOT_SECONDS, 1)
    return chain


async def settle(chain: Chain, closed: ClosedSlot) -> tuple[int, int]:
    """Publish and open a slot; return the gas of both."""
    ledger = chain.deployment.ledger
    receipt = await chain.operator.perform(ledger, meter_ledger.Publish(to_statement(closed.statement)))
    event = next(
        found
        for log in await chain.client.logs_of_block(receipt.block_hash, [ledger])
        if isinstance(found := decode_event(log.topics, log.data), meter_ledger.StatementPublishedEvent)
    )
    await chain.wait(3600, 240)
    published = to_published(closed.statement, event.published_at, event.published_block)
    opening = netting.Open(published, to_opening(closed.withdrawal), to_opening(closed.feed_in))
    opened = await chain.operator.perform(chain.deployment.netting, opening)
    return receipt.gas_used, opened.gas_used


async def measure(count: int, folder: Path, say: Callable[[str], None]) -> dict[str, float]:
    """Run one slot of ``count`` households and return the figures."""
    async with anvil(folder) as program:
        transport = transport_for(program.url)
        try:
            chain = await deploy(transport)
            slot = await chain.slot() - 1
            domain = LedgerDomain(CHAIN_ID, chain.deployment.ledger)
            pedersen = Pedersen()
            say(f"{count} households read their meters …")
            households = read_households(count, domain, slot, pedersen)
            arrival_ms = _median_ms(
                [partial(check_arrival, home, domain, slot, pedersen) for home in households[:ARRIVALS]]
            )
            start = time.perf_counter()
            closed = close_slot(households, domain, slot, pedersen)
            operator_seconds = time.perf_counter() - start
            verify_ms = _median_ms([_inclusion_check(closed, domain, place) for place in _spread(count)])
            publish_gas, settle_gas = await settle(chain, closed)
        finally:
            await transport.close()
    return {
        "households": count,
        "operator_seconds": round(operator_seconds, 3),
        "verify_ms": round(verify_ms, 2),
        "publish_gas": publish_gas,
        "settle_gas": settle_gas,
        "arrival_ms_per_reading": round(arrival_ms, 2),
    }


def _inclusion_check(closed: ClosedSlot, domain: LedgerDomain, place: int) -> Callable[[], None]:
    proof = closed.tree.prove(place)
    return partial(require_included, closed.statement, domain, closed.leaves[place], proof)


def _spread(count: int) -> list[int]:
    return [count * step // CHECKS for step in range(CHECKS)]


def _median_ms(jobs: Sequence[Callable[[], None]]) -> float:
    times = []
    for job in jobs:
        start = time.perf_counter()
        job()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


async def _account(transport: Transport, client: ChainClient, name: bytes) -> ChainDeployer:
    key = AccountKey(keccak(name))
    await transport.request("anvil_setBalance", (key.address, hex(10**20)))
    return ChainDeployer(client, key, lambda line: None)


def main() -> None:
    """Measure and print one JSON object as the last line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, default=10_000, help="how many (10,000)")
    count = parser.parse_args().households
    if count < MINIMUM_OWNERS:
        parser.error(
            f"--households must be at least {MINIMUM_OWNERS}, the smallest group whose sums are opened"
        )
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(measure(count, Path(folder), lambda line: print(line, file=sys.stderr)))
    print(PUBLISHED)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
