"""The operator's bond in the ledger: what it can lose, and without which it cannot publish."""

from dataclasses import dataclass

from community.chain.facts import CommunityFacts
from dems_node.chain.client import ChainClient
from dems_protocol.contracts import market, meter_ledger


@dataclass(frozen=True, slots=True)
class Bond:
    """What is locked and stays locked, and what has to be: smallest units of the currency."""

    locked: int
    needed: int

    @property
    def missing(self) -> int:
        """What has to be locked before the operator can publish."""
        return max(self.needed - self.locked, 0)


async def read_bond(client: ChainClient, facts: CommunityFacts, operator: bytes) -> Bond:
    """Ask the ledger for an operator's bond. Raises ChainError."""
    amount, leaving, _ = await client.read(facts.addresses.ledger, meter_ledger.Bonds(operator))
    return Bond(amount - leaving, facts.bond_amount)


async def read_market_bond(client: ChainClient, contract: bytes, operator: bytes) -> Bond:
    """Ask the market for an operator's bond: its accounts are like the ledger's. Raises ChainError."""
    amount, leaving, _ = await client.read(contract, market.Bonds(operator))
    return Bond(amount - leaving, await client.read(contract, market.BondAmount()))
