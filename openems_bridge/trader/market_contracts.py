"""The market's contracts as a household finds them: named by the operator, each checked against the registry it joined."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dems_node.chain.market_windows import read_windows
from dems_protocol.contracts import market as market_contract
from dems_protocol.contracts import suggestions
from dems_protocol.contracts.abi import MalformedData
from dems_protocol.market.times import MarketWindows
from dems_protocol.typed_data import LedgerDomain

if TYPE_CHECKING:
    from dems_node.chain.client import ChainClient


class NotOurMarket(Exception):
    """What the operator names is no market of this community. The text says what differs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketContracts:
    """Where the market's contracts are (20 bytes each), and what was fixed when they were deployed.

    ``suggestions`` is None where the operator names none.
    """

    market: bytes
    terms: bytes
    orders: bytes
    set_challenges: bytes
    result_challenges: bytes
    demands: bytes
    suggestions: bytes | None
    chain_id: int
    windows: MarketWindows

    @property
    def domain(self) -> LedgerDomain:
        """Under which the market's messages are signed."""
        return LedgerDomain(self.chain_id, self.market)

    def watched(self) -> tuple[bytes, ...]:
        """Return the contracts whose events matter to a household."""
        found = (self.market, self.orders, self.demands)
        return found if self.suggestions is None else (*found, self.suggestions)


async def read_market(
    client: ChainClient, registry: bytes, market: bytes, suggestions_at: bytes | None
) -> MarketContracts:
    """Return a market's contracts as it names them itself.

    Raises NotOurMarket, and what the chain's client raises.
    """
    if not await client.code(market):
        raise NotOurMarket(f"There is no contract at 0x{market.hex()}.")
    try:
        if await client.read(market, market_contract.Registry()) != registry:
            raise NotOurMarket(
                f"The market at 0x{market.hex()} belongs to another registry than the household's."
            )
        terms = await client.read(market, market_contract.Terms())
        demands = await client.read(market, market_contract.Demands())
        if suggestions_at is not None and await client.read(suggestions_at, suggestions.Market()) != market:
            raise NotOurMarket(f"The suggestions at 0x{suggestions_at.hex()} belong to another market.")
        windows = await read_windows(client, market, terms, demands)
        found = MarketContracts(
            market=market,
            terms=terms,
            orders=await client.read(market, market_contract.Orders()),
            set_challenges=await client.read(market, market_contract.SetChallenges()),
            result_challenges=await client.read(market, market_contract.ResultChallenges()),
            demands=demands,
            suggestions=suggestions_at,
            chain_id=client.chain_id,
            windows=windows,
        )
        separator = await client.read(market, market_contract.DomainSeparator())
    except MalformedData:
        raise NotOurMarket(f"The contract at 0x{market.hex()} is no market of DEMS.") from None
    if separator != found.domain.separator():
        raise NotOurMarket(f"The market at 0x{market.hex()} signs under another domain than DEMS 1.")
    return found
