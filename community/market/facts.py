"""What a market's contracts say of themselves: where their parts are, when the gates are. Read once, then known."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from community.chain.facts import CommunityFacts, WrongContracts
from community.store import settings
from dems_node.chain.client import ChainClient
from dems_node.chain.errors import Reverted
from dems_node.chain.market_windows import read_windows
from dems_node.database.database import Database
from dems_protocol.contracts import market as market_contract
from dems_protocol.contracts.abi import MalformedData
from dems_protocol.market.times import MarketWindows
from dems_protocol.typed_data import LedgerDomain


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketFacts:
    """A market as its contracts describe it (addresses of 20 bytes)."""

    chain_id: int
    market: bytes
    suggestions: bytes
    terms: bytes
    orders: bytes
    demands: bytes
    windows: MarketWindows
    bond_amount: int

    @property
    def domain(self) -> LedgerDomain:
        """The domain of the market's messages."""
        return LedgerDomain(self.chain_id, self.market)

    @property
    def followed(self) -> tuple[bytes, ...]:
        """The contracts whose events the operator follows."""
        return (self.market, self.terms, self.orders, self.demands, self.suggestions)


async def known_market(client: ChainClient, facts: CommunityFacts, database: Database) -> MarketFacts | None:
    """Return the facts of the community's market, from the store where they were read before; None if it has none.

    Raises WrongContracts, ChainDown at the very first start only, StoreError.
    """
    market, suggestions = facts.addresses.market, facts.addresses.suggestions
    if market is None or suggestions is None:
        return None
    key = f"market:{facts.chain_id}:{market.hex()}:{suggestions.hex()}"
    stored = await database.run(settings.read, key)
    if stored is not None:
        return _from_json(json.loads(stored))
    found = await _read(client, facts, market, suggestions)
    await database.run(settings.write, key, json.dumps(_to_json(found)))
    return found


async def _read(client: ChainClient, facts: CommunityFacts, market: bytes, suggestions: bytes) -> MarketFacts:
    try:
        registry = await client.read(market, market_contract.Registry())
        terms = await client.read(market, market_contract.Terms())
        demands = await client.read(market, market_contract.Demands())
        found = MarketFacts(
            chain_id=facts.chain_id,
            market=market,
            suggestions=suggestions,
            terms=terms,
            orders=await client.read(market, market_contract.Orders()),
            demands=demands,
            windows=await read_windows(client, market, terms, demands),
            bond_amount=await client.read(market, market_contract.BondAmount()),
        )
    except (Reverted, MalformedData) as error:
        raise WrongContracts(
            f"contracts.market: 0x{market.hex()} does not answer as it should ({error}): is it the address that the "
            "deployment printed?"
        ) from None
    if registry != facts.addresses.registry:
        raise WrongContracts(f"contracts.market: 0x{market.hex()} belongs to another registry")
    return found


def _to_json(facts: MarketFacts) -> dict[str, Any]:
    document = asdict(facts)
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in document.items()}


def _from_json(document: dict[str, Any]) -> MarketFacts:
    windows = MarketWindows(**document.pop("windows"))
    values: dict[str, Any] = {
        name: bytes.fromhex(value) if isinstance(value, str) else value for name, value in document.items()
    }
    return MarketFacts(**values, windows=windows)
