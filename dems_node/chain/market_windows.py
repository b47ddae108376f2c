"""Reads what was fixed when a market was deployed: its windows, deposits and bonds."""

from typing import TYPE_CHECKING

from dems_protocol.contracts import market, market_demands, market_terms
from dems_protocol.market.times import MarketWindows

if TYPE_CHECKING:
    from dems_node.chain.client import ChainClient


async def read_windows(client: ChainClient, at: bytes, terms: bytes, demands: bytes) -> MarketWindows:
    """Ask a market's contracts (addresses of 20 bytes). Raises ChainError, MalformedData."""
    return MarketWindows(
        gate_seconds=await client.read(terms, market_terms.GateSeconds()),
        direct_seconds=await client.read(at, market.DirectSeconds()),
        set_challenge_seconds=await client.read(at, market.SetChallengeSeconds()),
        reveal_seconds=await client.read(at, market.RevealSeconds()),
        publish_seconds=await client.read(at, market.PublishSeconds()),
        result_challenge_seconds=await client.read(at, market.ResultChallengeSeconds()),
        result_challenge_blocks=await client.read(at, market.ResultChallengeBlocks()),
        answer_seconds=await client.read(at, market.AnswerSeconds()),
        answer_blocks=await client.read(at, market.AnswerBlocks()),
        order_deposit=await client.read(at, market.OrderDeposit()),
        demand_bond=await client.read(demands, market_demands.DemandBond()),
    )
