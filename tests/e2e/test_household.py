"""Fake Edge -> bridge -> real Home Assistant and back: what a homeowner sees and does on the first evening."""

import time
from pathlib import Path

import pytest

from demo.home_assistant import CallRefused
from demo.household import SLOT_SECONDS, bridge
from tests.e2e.household import (
    EDGE_TIMEOUT_SECONDS,
    Household,
    energy_log,
    eventually,
    household,
    setpoint,
)

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

HALF_KILOWATT = 500


async def test_values_travel_up_and_a_setpoint_travels_down(tmp_path: Path) -> None:
    async with household(tmp_path) as house:
        await _values_arrive(house)
        await _off_refuses_and_writes_nothing(house)
        await _a_setpoint_is_clamped_followed_and_released(house)


async def _values_arrive(house: Household) -> None:
    async def arrived() -> bool:
        found = [
            await house.number(key) for key in ("grid_power", "solar_power", "battery_soc", "home_power")
        ]
        return None not in found

    await eventually("the house's values are known", arrived)

    async def close() -> bool:
        truth, grid = await house.edge.truth(), await house.number("grid_power")
        return grid is not None and abs(grid - truth["grid_w"]) < 300

    await eventually("grid power is what the meter shows", close)
    soc = await house.number("battery_soc")
    assert soc is not None
    assert abs(soc - (await house.edge.truth())["soc"]) <= 1


async def _off_refuses_and_writes_nothing(house: Household) -> None:
    device = {"config_entry_id": await _entry(house), "power": HALF_KILOWATT}
    with pytest.raises(CallRefused):
        await house.hass.action("dems", "set_battery_power", **device)
    assert await setpoint(house.edge) is None


async def _entry(house: Household) -> str:
    entries = await house.hass.command(type="config_entries/get", domain="dems")
    found: str = entries[0]["entry_id"]
    return found


async def _a_setpoint_is_clamped_followed_and_released(house: Household) -> None:
    await house.choose_mode("manual")
    limit = house.entities["max_charge_power"]
    await house.hass.action("number", "set_value", entity_id=limit, value=HALF_KILOWATT)
    await house.hass.action("switch", "turn_on", entity_id=house.entities["grid_charging"])
    await house.hass.action("dems", "set_battery_power", config_entry_id=await _entry(house), power=-3000)

    async def charges() -> bool:
        return bool((await house.edge.truth())["battery_w"] == -HALF_KILOWATT)

    await eventually("the battery charges with the owner's limit", charges)

    async def shown() -> bool:
        known = (
            await house.number("setpoint"),
            await house.number("battery_power"),
            await house.value("dispatch_status"),
        )
        return known == (-HALF_KILOWATT, -HALF_KILOWATT, "limited")

    await eventually("Home Assistant shows set-point, power and status", shown)
    await house.hass.action("button", "press", entity_id=house.entities["release_battery"])

    async def free() -> bool:
        return await setpoint(house.edge) is None and await house.number("setpoint") is None

    await eventually("the battery is released", free)


async def test_killed_bridge_frees_the_battery_within_the_edges_time_out(tmp_path: Path) -> None:
    async with household(tmp_path) as house, energy_log(house.edge) as log:
        await _hold_a_setpoint(house)
        slot = await _early_in_a_slot()
        house.bridge.program.kill()

        async def free() -> bool:
            return await setpoint(house.edge) is None

        await eventually("the Edge forgets the set-point", free, EDGE_TIMEOUT_SECONDS + 5)

        async def unavailable() -> bool:
            return await house.value("battery_soc") == "unavailable"

        await eventually("Home Assistant says that the bridge is gone", unavailable)
        async with bridge(house.bridge_options):

            async def closed() -> bool:
                state = await house.hass.state(house.entities["slot_consumption"])
                return bool(state["attributes"].get("slot") == slot)

            await eventually("the slot of the crash has a reading", closed, 2 * SLOT_SECONDS)

            async def logged() -> bool:
                return log.reaches((slot + 1) * SLOT_SECONDS)

            await eventually("the house has lived through the slot", logged)
            consumption = await house.hass.state(house.entities["slot_consumption"])
            assert consumption["attributes"]["quality"] == "complete"
            for key, register in (
                ("slot_consumption", "consumption"),
                ("slot_battery_discharge", "battery_discharge"),
            ):
                measured = await house.number(key)
                assert measured == pytest.approx(log.energy_wh(slot, register), abs=2)


async def _early_in_a_slot() -> int:
    """Wait until a slot is a few seconds old, so that what follows happens within it, and return it."""

    async def early() -> bool:
        return 2 < time.time() % SLOT_SECONDS < 15

    await eventually("a slot has begun", early, SLOT_SECONDS + 5)
    return int(time.time() // SLOT_SECONDS)


async def test_foreign_writer_keeps_the_setpoint_until_the_restart_releases_it(tmp_path: Path) -> None:
    async with household(tmp_path) as house:
        await _hold_a_setpoint(house)
        await house.edge.control("faults", foreign_writer="ctrlApiRest1")
        house.bridge.program.kill()
        await house.bridge.program.process.wait()

        async def outlived() -> bool:
            return bool((await house.edge.truth())["cycles"] >= start + EDGE_TIMEOUT_SECONDS + 5)

        start = (await house.edge.truth())["cycles"]
        await eventually("the Edge's time-out has passed", outlived, EDGE_TIMEOUT_SECONDS + 15)
        assert await setpoint(house.edge) == HALF_KILOWATT, "the other client must have kept it alive"
        async with bridge(house.bridge_options):

            async def free() -> bool:
                return await setpoint(house.edge) is None

            await eventually("the restarted bridge releases what its journal holds", free)


async def _hold_a_setpoint(house: Household) -> None:
    await house.choose_mode("manual")
    await house.hass.action("switch", "turn_on", entity_id=house.entities["battery_feed_in"])
    await house.hass.action(
        "dems", "set_battery_power", config_entry_id=await _entry(house), power=HALF_KILOWATT, duration=600
    )

    async def held() -> bool:
        return bool(await setpoint(house.edge) == HALF_KILOWATT)

    await eventually("the set-point is in force", held)
