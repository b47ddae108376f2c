"""What a person clicks on the first evening, in a real Chromium: from the onboarding to an automation that runs.

With ``DEMS_SCREENSHOTS=docs/images`` (``make screenshots``) the test leaves the pictures of README and docs.
"""

import json
import random
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Page, expect

from demo.home_assistant import HomeAssistant, Login, home_assistant, write_configuration
from demo.household import BridgeOptions, bridge, fake_edge
from demo.processes import free_port
from tests.e2e.frontend import (
    DASHBOARD,
    ROOT,
    add_by_hand,
    add_dashboard,
    add_discovered,
    chromium,
    dark_phone,
    desktop,
    documented_dashboard,
    has_a_network,
    import_blueprint,
    make_automation,
    onboard,
    picture,
    use_blueprint,
)
from tests.e2e.household import DEMO_PYTHON, eventually

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.timeout(300)]

BLUEPRINTS = ROOT / "blueprints" / "automation" / "dems"
A_POWER = re.compile(r"-?[\d.,]+\sW")
STEERED = "The bridge steers the battery"
RESERVE_BEFORE_A_STORM = 80
HEADINGS = {
    "house": ("Now", "Battery", "Energy today"),
    "plan": ("What the battery does, and why",),
    "market": (),
    "ledger": (),
}
"""What the pages of a house in no community show; sections without anything to show are hidden."""
NO_COMMUNITY = re.compile(r"This household (is in no|does not trade in a) community")


async def test_first_evening(tmp_path: Path) -> None:
    _configure(tmp_path / "hass")
    household = f"Musterhaus {random.randint(1, 999)}"
    async with (
        fake_edge(tmp_path, "--speed", "60", "--start", "10:00") as edge,
        bridge(
            BridgeOptions(
                folder=tmp_path / "bridge", edge=edge.ports, household=household, host=None, zeroconf=True
            )
        ) as daemon,
        home_assistant(tmp_path / "hass", free_port(), DEMO_PYTHON) as hass,
        chromium() as browser,
    ):
        page = await desktop(browser)
        await onboard(page, hass, Login())
        code = await daemon.pairing_code()
        if has_a_network():
            await add_discovered(page, hass, household, code)
        else:
            await add_by_hand(page, hass, household, daemon.port, code)
        await _devices_are_listed(page, hass, household)
        await add_dashboard(hass, documented_dashboard(household), household)
        await _an_automation_runs(page, hass)
        await _a_blueprint_runs(page, hass)
        for name in HEADINGS:
            await _dashboard_shows(page, hass, name)
        phone = await dark_phone(browser, page)
        for name in HEADINGS:
            await _dashboard_shows(phone, hass, name)
            await _fits_in_the_dark(phone)


def _configure(folder: Path) -> None:
    """Leave onboarding to the person, but for the step that asks the internet for a map."""
    write_configuration(folder)
    onboarding = folder / ".storage" / "onboarding"
    stored = json.loads(onboarding.read_text())
    stored["data"]["done"] = ["core_config"]
    onboarding.write_text(json.dumps(stored))
    (folder / "automations.yaml").write_text("[]")
    configuration = folder / "configuration.yaml"
    text = configuration.read_text().replace("automation:\n", "automation: !include automations.yaml\n")
    configuration.write_text(text + "input_boolean:\n  storm_warning:\n    name: Storm warning\n")


async def _devices_are_listed(page: Page, hass: HomeAssistant, household: str) -> None:
    await page.goto(f"{hass.url}/config/integrations/integration/dems")
    for device in ("Grid meter", "Battery", "Roof", household):
        await expect(page.get_by_text(device, exact=True).first).to_be_visible()
    await picture(page, "devices")


async def _an_automation_runs(page: Page, hass: HomeAssistant) -> None:
    await make_automation(page, hass, "Tell me when the battery is steered", "Dispatch started", STEERED)
    await _armed(hass, "tell_me_when_the_battery_is_steered")
    entities = await hass.entities()
    await hass.action("select", "select_option", entity_id=entities["mode"], option="manual")
    await hass.action("switch", "turn_on", entity_id=entities["battery_feed_in"])
    await hass.action("number", "set_value", entity_id=entities["manual_setpoint"], value=500)
    await page.get_by_role("button", name=re.compile("Notifications")).click()
    await expect(page.get_by_text(STEERED).last).to_be_visible()
    await picture(page, "notified")
    await page.keyboard.press("Escape")


async def _a_blueprint_runs(page: Page, hass: HomeAssistant) -> None:
    async with _published(BLUEPRINTS) as address:
        await import_blueprint(page, hass, f"{address}/keep_reserve.yaml")
    title = "DEMS: keep a reserve before a storm"
    await use_blueprint(page, title, "Storm warning", "Reserve")
    await _armed(hass, "dems_keep_a_reserve_before_a_storm")
    await hass.action("input_boolean", "turn_on", entity_id="input_boolean.storm_warning")
    reserve = (await hass.entities())["reserve_soc"]

    async def raised() -> bool:
        return float((await hass.state(reserve))["state"]) == RESERVE_BEFORE_A_STORM

    await eventually("the blueprint raises the battery's reserve", raised)


async def _armed(hass: HomeAssistant, automation: str) -> None:
    """Wait until an automation that was saved waits for its trigger: Home Assistant loads it afterwards."""

    async def is_on() -> bool:
        states = await hass.rest("GET", "states")
        return any((one["entity_id"], one["state"]) == (f"automation.{automation}", "on") for one in states)

    await eventually(f"the automation {automation} is armed", is_on)


@asynccontextmanager
async def _published(folder: Path) -> AsyncGenerator[str]:
    """Serve a folder's files; its address."""
    app = web.Application()
    app.router.add_static("/", folder)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


async def _dashboard_shows(page: Page, hass: HomeAssistant, name: str) -> None:
    await page.goto(f"{hass.url}/{DASHBOARD}/{name}")
    view = page.locator("hui-sections-view")
    await expect(view).to_be_visible()
    for heading in HEADINGS[name]:
        await expect(view.get_by_text(heading, exact=True).first).to_be_visible()
    if name == "house":
        tiles = view.locator("hui-tile-card").filter(has_text=A_POWER)
        await expect(tiles.nth(3)).to_be_visible()
        await expect(view.locator("ha-gauge").first).to_contain_text("%")
    if not HEADINGS[name]:
        await expect(view.get_by_text(NO_COMMUNITY)).to_be_visible()
        await expect(view.locator("hui-heading-card:visible")).to_have_count(0)
    await expect(page.locator("hui-error-card:visible, hui-warning:visible")).to_have_count(0)
    missing = view.get_by_text(re.compile("Entity not found")).filter(visible=True)
    await expect(missing).to_have_count(0)


async def _fits_in_the_dark(page: Page) -> None:
    """Nothing is wider than the phone, and the ground is darker than the letters on it."""
    widths = await page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1]
    lightness = """(property) => {
        const canvas = document.createElement('canvas').getContext('2d');
        canvas.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(property).trim();
        canvas.fillRect(0, 0, 1, 1);
        return canvas.getImageData(0, 0, 1, 1).data.slice(0, 3).reduce((a, b) => a + b) / 765;
    }"""
    ground = await page.evaluate(lightness, "--primary-background-color")
    letters = await page.evaluate(lightness, "--primary-text-color")
    assert ground < 0.2 < 0.8 < letters
