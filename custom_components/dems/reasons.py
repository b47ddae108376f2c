"""The dispatcher's reason codes that this integration has a sentence for, in every language that it speaks.

A test holds this list to the bridge's. A code of a newer bridge is shown as ``other``, with the code as an attribute.
"""

from typing import Final

OTHER: Final = "other"

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
