"""The reason codes that this integration has a sentence for, in every language that it speaks.

Tests hold these lists to the bridge's. A code of a newer bridge is shown as ``other``, with the code as an attribute.
"""

from typing import Final

from .document import Reason

OTHER: Final = "other"

NONE: Final = "none"
"""Nothing stands in the way."""

REASONS: Final = frozenset(
    {
        "allowed_charge_power",
        "allowed_discharge_power",
        "allowed_power_unknown",
        "api_timeout_too_long",
        "api_timeout_zero",
        "battery_feed_in_not_allowed",
        "battery_missing",
        "battery_power_unknown",
        "battery_unmanaged",
        "closed",
        "control_path_missing",
        "data_stale",
        "disk_full",
        "duration_invalid",
        "duration_missing",
        "duration_too_long",
        "edge_fault",
        "edge_lost",
        "edge_state_unknown",
        "following",
        "following_partial_slot",
        "grid_charging_not_allowed",
        "grid_mode_unknown",
        "grid_power_unknown",
        "internal_error",
        "inverter_power_unknown",
        "journal_failed",
        "lease_too_long",
        "limit_invalid",
        "login_refused",
        "max_apparent_power",
        "max_apparent_power_unknown",
        "max_charge_power",
        "max_discharge_power",
        "max_feed_in",
        "max_grid_draw",
        "mode_off",
        "no_command",
        "not_following",
        "off_grid",
        "overridden",
        "path_unconfirmed",
        "power_invalid",
        "release_failed",
        "releasing",
        "releasing_by_silence",
        "reserve_soc",
        "script_failed",
        "script_missing",
        "self_consumption_by_edge",
        "slot_past",
        "soc_unknown",
        "starting",
        "unreachable",
        "waiting_after_not_following",
        "waiting_after_override",
        "write_failed",
        "write_refused",
    }
)
"""Of the dispatcher: why the battery does what it does."""

LEDGER_REASONS: Final = frozenset(
    {
        "above_plant",
        "bad_opening",
        "bad_point",
        "bad_signature",
        "balance_low",
        "broken_chain",
        "chain_behind",
        "clock_differs",
        "deposit_missing",
        "dismissed",
        "doubled_owner",
        "excluded",
        "foreign_transactions",
        "invitation_unknown",
        "key_missing",
        "keys_unusable",
        "leaves_unavailable",
        "meter_key_not_registered",
        "meter_taken",
        "no_grid_meter",
        "node_refused",
        "not_a_member",
        "not_compared",
        "not_registered",
        "not_signed",
        "older_revision",
        "operator_silent",
        "operator_unreachable",
        "other_leaves",
        "other_reading",
        "out_of_range",
        "reading_missing",
        "refused",
        "reorganised_too_deep",
        "restarted",
        "reverted",
        "second_bridge",
        "second_writer",
        "served_otherwise",
        "statement_missing",
        "store",
        "stuck",
        "too_late",
        "two_statements",
        "unreachable",
        "voided",
        "withheld",
        "wrong_chain",
        "wrong_count",
        "wrong_key",
        "wrong_leaf",
        "wrong_order",
        "wrong_register",
        "wrong_slot",
        "wrong_sums",
    }
)
"""Of the ledger: why a household is not admitted, a reading not anchored, a statement not believed."""

PLAN_REASONS: Final = frozenset(
    {
        "bought_for_battery",
        "cheap_energy",
        "community_needs",
        "dearer_later",
        "enough",
        "full",
        "held",
        "later_surplus",
        "nothing_stored",
        "serves_house",
        "sold_from_battery",
        "stores_surplus",
    }
)
"""Of the plan: why a slot is planned as it is."""

PLAN_PROBLEMS: Final = frozenset(
    {
        "draw_limit",
        "feed_in_limit",
        "load_outside",
        "load_window",
        "most_soc",
        "reserve",
    }
)
"""Of the plan: wishes that cannot be met wholly."""

MARKET_REASONS: Final = frozenset(
    {
        "above_battery",
        "above_connection",
        "above_estimate",
        "above_own_forecast",
        "above_plant",
        "bad_signature",
        "chain_unreachable",
        "crossed",
        "deposit_missing",
        "fell",
        "gate_closed",
        "implausible",
        "invalid",
        "missing_result",
        "no_clearing",
        "no_result",
        "no_set",
        "not_confirmed",
        "not_registered",
        "not_yet",
        "omitted_order",
        "operator_unreachable",
        "other_results",
        "other_set",
        "set_withheld",
        "too_early",
        "too_late",
        "too_many_orders",
        "unknown_order",
        "unknown_result",
        "unrevealed",
        "withdrawn",
        "withheld",
        "wrong_figures",
        "wrong_price",
        "wrong_result",
        "wrong_result_order",
        "wrong_set_leaf",
        "wrong_set_order",
        "wrong_status",
        "wrong_sums",
    }
)
"""Of the market: why an order came to nothing, or what is wrong with a result."""

SUGGESTION_REASONS: Final = frozenset(
    {
        "battery_empty",
        "battery_full",
        "bought_for_battery",
        "delivered",
        "followed",
        "limited",
        "not_automatic",
        "not_followed",
        "not_measured",
        "not_verified",
        "nothing_contracted",
        "nothing_sold",
        "other_order",
        "other_price",
        "own_load",
        "quiet_hours",
        "refused",
        "sold_from_battery",
    }
)
"""Of suggestions: why they are made, ignored, and what came of them."""


LIVE_REASONS: Final = frozenset(
    {
        "live_buys",
        "live_no_answer",
        "live_no_battery",
        "live_no_market",
        "live_no_plan",
        "live_not_automatic",
        "live_promised",
        "live_refused",
        "live_self_consumption",
        "live_sells_surplus",
        "live_serves_community",
        "live_stores",
        "live_values_unknown",
        "live_waits",
    }
)
"""Of the running slot's market: why the battery does what it does, or why it does not follow."""


def known_code(reason: Reason | None, codes: frozenset[str]) -> str | None:
    """Return a reason's code as a state: one that a newer bridge knows and we do not has a state, too."""
    if reason is None:
        return None
    # Refusals of the operator travel as problem types, which are written with dashes.
    code = reason.code.replace("-", "_")
    return code if code in codes else OTHER
