"""What can be wrong with a slot's market, each with what proves it on chain (docs/market.md section 8)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dems_node.json_types import Json
from dems_protocol.contracts.abi import Call


class MarketFaultCode(StrEnum):
    """What is wrong; a code never changes its meaning."""

    OMITTED_ORDER = "omitted_order"
    """The operator gave a receipt for our order and left it out of the set (params: order)."""
    WRONG_SET_LEAF = "wrong_set_leaf"
    """An order of the set is not signed by its meter's household (params: index)."""
    WRONG_SET_ORDER = "wrong_set_order"
    OTHER_SET = "other_set"
    """The orders that are served are not those of the committed set (params: served, stated)."""
    OTHER_RESULTS = "other_results"
    """The results that are served are not those of the published clearing (params: zone)."""
    MISSING_RESULT = "missing_result"
    """An order of the set has no result (params: order)."""
    UNKNOWN_RESULT = "unknown_result"
    """A result is of an order that is not in the set (params: index)."""
    WRONG_RESULT = "wrong_result"
    """Our order did not get what the published price and ratio give it (params: order, expected)."""
    WRONG_STATUS = "wrong_status"
    """Our order counts as not revealed though it was, or is voided without a cause (params: order, status)."""
    WRONG_PRICE = "wrong_price"
    """Our limit shows that the published price is not the market's (params: order, lower, upper)."""
    WRONG_RESULT_ORDER = "wrong_result_order"
    WRONG_SUMS = "wrong_sums"
    """A node of the results states other sums than its own (params: zone)."""
    WRONG_FIGURES = "wrong_figures"
    """The published figures are no optimum, or not those of the slot's terms (params: detail)."""
    WITHHELD = "withheld"
    """The operator does not serve what it must (params: detail)."""


@dataclass(frozen=True, slots=True)
class DemandOf:
    """A leaf to be demanded on chain: of the set (``zone`` None) or of a zone's results."""

    index: int
    zone: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketFault:
    """Something that is wrong. ``challenge`` is the call that voids the slot for it, to the contract that ``part`` names.

    ``demand`` is what should be demanded where no challenge can be made of what is served.
    """

    code: MarketFaultCode
    params: Mapping[str, Json] = field(default_factory=dict)
    challenge: Call[None] | None = None
    part: str = "result_challenges"
    demand: DemandOf | None = None
