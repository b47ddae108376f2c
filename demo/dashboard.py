"""The demo's dashboard: standard cards on the entities that the house really has."""

from collections.abc import Mapping

type Card = dict[str, object]

IMPORT_PRICE = 0.32  # EUR/kWh
EXPORT_PRICE = 0.08

POWERS = ("grid_power", "solar_power", "battery_power", "home_power")
STEERING = (
    "mode",
    "manual_setpoint",
    "setpoint",
    "dispatch_status",
    "dispatch_reason",
    "dispatch_ends",
    "release_battery",
)
LIMITS = (
    "reserve_soc",
    "max_charge_power",
    "max_discharge_power",
    "max_feed_in",
    "max_grid_draw",
    "grid_charging",
    "battery_feed_in",
)
LAST_SLOT = (
    "slot_withdrawal",
    "slot_feed_in",
    "slot_generation",
    "slot_battery_charge",
    "slot_battery_discharge",
    "slot_consumption",
    "reading_quality",
)
COMMUNITY = (
    "membership",
    "anchor_status",
    "anchor_reason",
    "last_verified",
    "community_share",
    "slot_withdrawal_inside",
    "slot_withdrawal_outside",
    "slot_feed_in_inside",
    "slot_feed_in_outside",
    "renewable_energy_account",
)
PLAN = (
    "plan_mode",
    "plan_reason",
    "plan_expected_soc",
    "plan_problem",
    "forecast_load_next",
    "forecast_generation_next",
)
MARKET = (
    "market_status",
    "market_problem",
    "market_gate",
    "next_order",
    "clearing_status",
    "clearing_energy",
    "income_today",
    "cost_today",
)
PRICES = ("clearing_price", "price_next")
TRADING = ("auto_bid", "suggestion_answer", "lowest_price", "highest_price", "energy_per_day")
SUGGESTION = ("suggestion", "suggestion_action", "suggestion_energy", "suggestion_reason")
FOLLOWING = ("battery_power", "setpoint", "grid_power")


def dashboard(entities: Mapping[str, str]) -> dict[str, object]:
    """Return a Lovelace configuration for our entities (translation key -> entity id); missing ones are left out."""

    def present(keys: tuple[str, ...]) -> list[str]:
        return [entities[key] for key in keys if key in entities]

    def rows(keys: tuple[str, ...]) -> list[Card]:
        return [{"entity": entity, "name": {"type": "entity"}} for entity in present(keys)]

    def section(title: str, *cards: Card) -> Card:
        return {"type": "grid", "cards": [{"type": "heading", "heading": title}, *cards]}

    tiles: list[Card] = [{"type": "tile", "entity": entity} for entity in present(POWERS)]
    sections = [
        section(
            "House",
            *tiles,
            _history("Power", present(POWERS)),
        ),
        section(
            "Battery",
            *(
                {
                    "type": "gauge",
                    "entity": entity,
                    "needle": True,
                    "severity": {"green": 30, "yellow": 15, "red": 0},
                }
                for entity in present(("battery_soc",))
            ),
            {"type": "entities", "title": "Steering", "entities": rows(STEERING)},
            {"type": "entities", "title": "Limits", "show_header_toggle": False, "entities": rows(LIMITS)},
        ),
        section(
            "Last slot",
            {"type": "entities", "entities": rows(LAST_SLOT)},
            {"type": "energy-distribution", "link_dashboard": True},
        ),
    ]
    if "anchor_status" in entities:
        sections.append(section("Community", {"type": "entities", "entities": rows(COMMUNITY)}))
    if "plan_mode" in entities:
        plot: list[Card] = [
            {
                "type": "picture-entity",
                "entity": entity,
                "show_name": False,
                "show_state": False,
                "grid_options": {"columns": "full"},
            }
            for entity in present(("plan_plot",))
        ]
        sections.append(section("Plan", *plot, {"type": "entities", "entities": rows(PLAN)}))
    if "market_status" in entities:
        sections.append(
            section(
                "Market",
                _history("Prices", present(PRICES)),
                {"type": "entities", "entities": rows(MARKET)},
                {
                    "type": "entities",
                    "title": "Trading",
                    "show_header_toggle": False,
                    "entities": rows(TRADING),
                },
            )
        )
        sections.append(
            section(
                "The battery follows",
                {"type": "entities", "entities": rows(SUGGESTION)},
                _history("Battery and set-point", present(FOLLOWING)),
            )
        )
    return {"views": [{"title": "House", "type": "sections", "max_columns": 4, "sections": sections}]}


def _history(title: str, entities: list[str]) -> Card:
    return {
        "type": "history-graph",
        "title": title,
        "hours_to_show": 0.25,
        "entities": entities,
        "grid_options": {"columns": "full"},
    }


def energy_preferences(entities: Mapping[str, str]) -> dict[str, object]:
    """Return what the energy dashboard should add up, as a person would choose it."""
    sources: list[dict[str, object]] = []
    if "grid_import" in entities:
        grid: dict[str, object] = {
            "type": "grid",
            "stat_energy_from": entities["grid_import"],
            "stat_energy_to": entities["grid_export"],
            "stat_rate": entities["grid_power"],
            "stat_cost": None,
            "entity_energy_price": None,
            "number_energy_price": IMPORT_PRICE,
            "stat_compensation": None,
            "entity_energy_price_export": None,
            "number_energy_price_export": EXPORT_PRICE,
            "cost_adjustment_day": 0,
        }
        sources.append(grid)
    if "solar_energy" in entities:
        solar: dict[str, object] = {
            "type": "solar",
            "stat_energy_from": entities["solar_energy"],
            "stat_rate": entities["solar_power"],
            "config_entry_solar_forecast": None,
        }
        sources.append(solar)
    if "battery_discharged" in entities:
        battery: dict[str, object] = {
            "type": "battery",
            "stat_energy_from": entities["battery_discharged"],
            "stat_energy_to": entities["battery_charged"],
            "stat_rate": entities["battery_power"],
            "stat_soc": entities["battery_soc"],
        }
        sources.append(battery)
    return {"energy_sources": sources}
