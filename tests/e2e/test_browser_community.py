"""The dashboard of a house that is in a community and trades: pictures for the documents, taken from the demo.

Five houses need minutes until their first prices: only ``make screenshots`` waits for that.
"""

import asyncio
import os
import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Page, expect

from demo.home_assistant import HomeAssistant, Login
from demo.processes import free_port, program
from tests.e2e.frontend import (
    DASHBOARD,
    add_dashboard,
    chromium,
    dark_phone,
    desktop,
    documented_dashboard,
    log_in,
    picture,
)
from tests.e2e.household import DEMO_PYTHON, eventually

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(1500),
    pytest.mark.skipif("DEMS_SCREENSHOTS" not in os.environ, reason="takes minutes: make screenshots"),
]

START_SECONDS = 300
TRADE_SECONDS = 900
HEADINGS = {
    "house": "Energy today",
    "plan": "The next slots",
    "market": "Trading",
    "ledger": "Certificates",
}


async def test_street_that_trades(tmp_path: Path) -> None:
    port = free_port()
    command = (DEMO_PYTHON, "-m", "demo", "--folder", tmp_path / "demo", "--port", str(port))
    async with (
        program("the demo", command, tmp_path / "demo.log") as demo,
        aiohttp.ClientSession() as session,
        chromium() as browser,
    ):
        await demo.line(re.compile("The house is at"), START_SECONDS)
        hass = HomeAssistant(demo, f"http://127.0.0.1:{port}", tmp_path / "demo", session)
        page = await desktop(browser)
        await log_in(page, hass, Login())
        await _trades(hass)
        await add_dashboard(hass, _within_the_hour(documented_dashboard("Musterhaus")), "Musterhaus")
        phone = await dark_phone(browser, page)
        for name, heading in HEADINGS.items():
            await _shows(page, hass, name, heading)
            await picture(page, name)
            await _shows(phone, hass, name, heading)
            await picture(phone, f"{name}-phone")


async def _trades(hass: HomeAssistant) -> None:
    async def cleared() -> bool:
        entities = await hass.entities()
        if "clearing_price" not in entities:
            await asyncio.sleep(2)
            return False
        return (await hass.state(entities["clearing_price"]))["state"] not in ("unknown", "unavailable")

    await eventually("a slot of the market is cleared", cleared, TRADE_SECONDS)


def _within_the_hour(dashboard: dict[str, Any]) -> dict[str, Any]:
    """Let the graphs show what the demo has lived so far, instead of a day."""
    for view in dashboard["views"]:
        for section in view["sections"]:
            for card in section["cards"]:
                if card["type"] == "history-graph":
                    card["hours_to_show"] = 0.25
    return dashboard


async def _shows(page: Page, hass: HomeAssistant, name: str, heading: str) -> None:
    await page.goto(f"{hass.url}/{DASHBOARD}/{name}")
    view = page.locator("hui-sections-view")
    await expect(view.get_by_text(heading, exact=True).first).to_be_visible()
    missing = view.get_by_text(re.compile("Entity not found")).filter(visible=True)
    await expect(missing).to_have_count(0)
