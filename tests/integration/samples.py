"""A state document as the bridge sends it, in full."""

from copy import deepcopy
from typing import Any

BRIDGE_ID = "b7b7b7b7b7b7b7b7"

_STATE: dict[str, dict[str, Any]] = {
    "bridge": {
        "id": BRIDGE_ID,
        "name": "Musterhaus",
        "version": "0.1.0",
        "source": "openems",
        "edge": "connected",
        "edge_problem": None,
        "edge_state": "ok",
        "slot_seconds": 900,
        "clock_offset": 0.2,
        "disk": "ok",
        "started_at": 1790000000.0,
        "notes": [],
    },
    "home": {"power": 612, "energy": 1234567},
    "grid": {
        "component": "meter0",
        "name": "Grid meter",
        "power": -1200,
        "mode": "on_grid",
        "energy_import": 123456,
        "energy_export": 65432,
    },
    "battery": {
        "component": "ess0",
        "name": "Battery",
        "power": 0,
        "soc": 57,
        "capacity": 10000,
        "allowed_charge": -5000,
        "allowed_discharge": 5000,
        "steerable": True,
        "energy_charged": 4321,
        "energy_discharged": 3210,
    },
    "solar": {"component": "pvInverter0", "name": "Roof", "power": 1812, "energy": 998877},
    "reading": {
        "slot": 1988888,
        "start": 1789999200,
        "end": 1790000100,
        "quality": "complete",
        "covered_seconds": 900,
        "source": "openems",
        "withdrawal": 12,
        "feed_in": 240,
        "generation": 410,
        "battery_charge": 0,
        "battery_discharge": 0,
        "consumption": 182,
    },
    "dispatch": {
        "mode": "off",
        "status": "off",
        "reason": {"code": "mode_off", "params": {}},
        "source": None,
        "target": None,
        "note": None,
        "ends_at": None,
        "requested": None,
        "setpoint": None,
        "clamps": [],
    },
    "limits": {
        "max_charge_power": 5000,
        "max_discharge_power": 5000,
        "reserve_soc": 10,
        "grid_charging": False,
        "battery_feed_in": False,
        "max_feed_in": None,
        "max_grid_draw": None,
    },
}

COMMANDED: dict[str, Any] = {
    "mode": "manual",
    "status": "limited",
    "reason": {"code": "following", "params": {"source": "manual"}},
    "source": "manual",
    "target": {"type": "battery_power", "power_w": 2000},
    "note": "guests",
    "ends_at": 1790000900.0,
    "requested": 2000,
    "setpoint": 1500,
    "clamps": [{"code": "max_discharge_power", "params": {"limit_w": 1500, "requested_w": 2000}}],
}
"""The section ``dispatch`` while a manual command is followed within the owner's limits."""


HOUSEHOLD = "0x" + "a1" * 20
METER = "0x" + "b2" * 32
CERTIFICATE = "0x" + "c3" * 32

COMMUNITY: dict[str, Any] = {
    "name": "Musterstraße",
    "status": "member",
    "reason": None,
    "operator": "connected",
    "chain": "connected",
    "chain_id": 31337,
    "household": HOUSEHOLD,
    "meter": METER,
    "balance": 990000000000000000,
    "pending_transactions": 0,
    "read_only": False,
    "key_backed_up": True,
    "problem": None,
}
"""The section ``community`` of a member with nothing in the way."""

ANCHOR: dict[str, Any] = {
    "slot": 1988888,
    "status": "verified",
    "reason": None,
    "waiting": 0,
    "last_verified_slot": 1988888,
    "leaves": 5,
    "late": 0,
}

NETTING: dict[str, Any] = {
    "slot": 1988884,
    "phase": "opened",
    "withdrawal_inside": 40,
    "withdrawal_outside": 60,
    "feed_in_inside": 0,
    "feed_in_outside": 0,
    "share": 0.4,
    "account_wh": 12345,
    "certificates_wh": 12000,
    "certificates": [
        {
            "id": CERTIFICATE,
            "amount_wh": 12000,
            "origin": {
                "from": 1789900000,
                "to": 1789990000,
                "issued_at": 1790000000,
                "issuer": "0x" + "e7" * 20,
                "plant_kind": "solar",
                "plant_power": 9900,
                "commissioned_at": None,
                "plant_unit": "SEE900000000001",
                "with_storage": True,
            },
        }
    ],
}

INVITATION: dict[str, Any] = {
    "name": "Musterstraße",
    "chain_id": 31337,
    "operator": "0x" + "d4" * 20,
    "operator_url": "https://operator.example:8585",
    "fingerprint": "e5" * 32,
    "household": HOUSEHOLD,
    "consent_text": "The operator sees every value of fifteen minutes, openly.",
    "consent": "0x" + "f6" * 32,
}
"""The answer to an invitation."""


def trader(**sections: dict[str, Any] | None) -> dict[str, dict[str, Any]]:
    """Return the state document of a household that plans and trades."""
    document = member()
    document.update(
        deepcopy(
            {
                "forecast": FORECAST,
                "plan": PLAN,
                "trading": TRADING,
                "market": MARKET,
                "suggestion": SUGGESTION,
            }
        )
    )
    for name, keys in sections.items():
        if keys is None:
            del document[name]
        else:
            document[name].update(keys)
    return document


def member(**sections: dict[str, Any] | None) -> dict[str, dict[str, Any]]:
    """Return the state document of a community's member; sections given are merged in, None takes one away."""
    document = state()
    document.update(deepcopy({"community": COMMUNITY, "anchor": ANCHOR, "netting": NETTING}))
    for name, keys in sections.items():
        if keys is None:
            del document[name]
        else:
            document[name].update(keys)
    return document


def state(**sections: dict[str, Any] | None) -> dict[str, dict[str, Any]]:
    """Return a whole state document; sections given are merged in, None takes one away."""
    document = deepcopy(_STATE)
    for name, keys in sections.items():
        if keys is None:
            del document[name]
        else:
            document[name].update(keys)
    return document


MARKET: dict[str, Any] = {
    "status": "open",
    "reason": None,
    "currency": "EUR",
    "gate": 1790000100.0,
    "next_order": {
        "id": "o1",
        "slot": 1988894,
        "start": 1790004600,
        "side": "offer",
        "energy": 500,
        "battery": 200,
        "limit": 120000,
        "state": "submitted",
        "reason": None,
    },
    "last": {
        "slot": 1988890,
        "start": 1790001000,
        "price": 161000,
        "lower": 152000,
        "upper": 170000,
        "side": "offer",
        "energy": 480,
        "status": "verified",
        "reason": None,
    },
    "price_next": 158000,
    "income_today": 1230000,
    "cost_today": 410000,
    "income_month": 30100000,
    "cost_month": 12000000,
    "saved_month_community": 5000000,
    "saved_month_battery": 2000000,
    "live": {
        "at": 1790001030.0,
        "price": 163000,
        "mode": "serve_community",
        "grid_energy": -320,
        "reason": {"code": "live_serves_community", "params": {"energy": 320}},
    },
}

SUGGESTION: dict[str, Any] = {
    "id": "s1",
    "slot": 1988891,
    "from": 1790001900,
    "to": 1790002800,
    "action": "deliver",
    "energy": 480,
    "gain": 62000,
    "state": "pending",
    "expires_at": 1790002800,
    "reason": {"code": "sold_from_battery", "params": {}},
}

TRADING: dict[str, Any] = {
    "auto_bid": True,
    "dispatch": "ask",
    "lowest_price": 80000,
    "highest_price": 320000,
    "energy_per_day": 20000,
    "reserve_soc": 20,
    "quiet_from": "22:00",
    "quiet_to": "07:00",
    "follow_live": True,
}

FORECAST: dict[str, Any] = {
    "issued_at": 1790000000.0,
    "load_next": 210,
    "generation_next": 640,
    "load_today": 9100,
    "generation_today": 21300,
    "load_tomorrow": 9000,
    "generation_tomorrow": 18000,
    "generation_remaining_today": 5400,
    "load_error": 0.31,
    "generation_error": 0.22,
    "quality_days": 7,
    "source": "own",
}

PLAN: dict[str, Any] = {
    "made_at": 1790000001.0,
    "slot": 1988890,
    "start": 1790001000,
    "mode": "self_consumption",
    "reserve_soc": 20,
    "grid_energy": None,
    "expected_soc": 64,
    "reason": {"code": "serves_house", "params": {"buy_price": 320000}},
    "problems": [{"code": "reserve", "params": {"amount": 120}}],
    "next": [
        {
            "slot": 1988891,
            "start": 1790001900,
            "mode": "deliver",
            "reserve_soc": 20,
            "grid_energy": -480,
            "expected_soc": 59,
            "reason": {"code": "sold_from_battery", "params": {"energy": 480}},
        }
    ],
}

PLANNED_SLOT: dict[str, Any] = {
    "slot": 1988890,
    "start": 1790001000,
    "mode": "charge_grid",
    "reserve_soc": 20,
    "grid_energy": 900,
    "expected_soc": 70,
    "reason": {"code": "cheap_energy", "params": {}},
    "import_price": 120000,
    "import_estimated": True,
    "export_price": 80000,
}
WHOLE_PLAN: dict[str, Any] = {
    "slot_seconds": 900,
    "made_at": 1790000001.0,
    "expected_cost": 1500000,
    "problems": [],
    "slots": [PLANNED_SLOT],
}
SERIES: dict[str, Any] = {
    "slot_seconds": 900,
    "slots": [
        {
            "slot": 1988890,
            "start": 1790001000,
            "load": {"p10": 100, "p50": 210, "p90": 400},
            "generation": {"p10": 300, "p50": 640, "p90": 900},
        },
        {
            "slot": 1988891,
            "start": 1790001900,
            "load": {"p10": 90, "p50": 200, "p90": 390},
            "generation": None,
        },
    ],
}
