"""What a person clicks on the first evening, in a real Chromium: log in, add the integration, look at the house.

With ``DEMS_SCREENSHOTS=docs/images`` (``make screenshots``) the test waits until the first slots have closed and
leaves the pictures that the README shows.
"""

import asyncio
import os
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from demo.app import DASHBOARD, furnish
from demo.home_assistant import HomeAssistant, Login, home_assistant, write_configuration
from demo.household import SLOT_SECONDS, BridgeOptions, bridge, fake_edge
from demo.processes import free_port
from tests.e2e.household import DEMO_PYTHON

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.timeout(300)]

CHROMIUM = "/usr/bin/chromium"
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
PATIENCE_MS = 30_000
A_POWER = re.compile(r"-?[\d.,]+\sW")


@asynccontextmanager
async def browser_page(width: int, height: int) -> AsyncGenerator[Page]:
    """Open a page in Debian's Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        page = await browser.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(PATIENCE_MS)
        yield page
        await browser.close()


async def test_first_evening(tmp_path: Path) -> None:
    write_configuration(tmp_path / "hass")
    async with (
        fake_edge(tmp_path, "--speed", "60", "--start", "10:00") as edge,
        bridge(BridgeOptions(folder=tmp_path / "bridge", edge=edge.ports)) as daemon,
        home_assistant(tmp_path / "hass", free_port(), DEMO_PYTHON) as hass,
        browser_page(1400, 1000) as page,
    ):
        await hass.onboard(Login())
        await _log_in(page, hass, Login())
        await _open_our_flow(page, hass)
        await _submit(page, "127.0.0.1", str(daemon.port))
        await expect(page.get_by_text("Pair with Musterhaus")).to_be_visible(timeout=PATIENCE_MS)
        await _submit(page, await daemon.pairing_code())
        await page.get_by_role("button", name="Skip and finish").click()
        await _devices_are_listed(page, hass)
        await furnish(hass)
        await _house_shows_values(page, hass)
        await _picture(page, "house")


async def _log_in(page: Page, hass: HomeAssistant, login: Login) -> None:
    await page.goto(hass.url)
    await page.fill("input[name=username]", login.username)
    await page.fill("input[name=password]", login.password)
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile(r"/(home|lovelace)"))


async def _open_our_flow(page: Page, hass: HomeAssistant) -> None:
    await page.goto(f"{hass.url}/config/integrations/dashboard")
    await page.get_by_role("button", name="Add integration").click()
    await page.locator("dialog-add-integration input").fill("DEMS")
    await page.locator("ha-integration-list-item").first.click()
    form, another = page.locator("step-flow-form"), page.get_by_text("Set up another instance")
    # a bridge elsewhere in the network may have been discovered: then the dialog asks which one is meant
    await expect(form.or_(another).first).to_be_visible(timeout=PATIENCE_MS)
    if await another.count():
        await another.click()


async def _submit(page: Page, *values: str) -> None:
    fields = page.locator("step-flow-form input")
    await expect(fields).to_have_count(len(values), timeout=PATIENCE_MS)
    for index, value in enumerate(values):
        await fields.nth(index).fill(value)
    await page.get_by_role("button", name="Submit").click()


async def _devices_are_listed(page: Page, hass: HomeAssistant) -> None:
    await page.goto(f"{hass.url}/config/integrations/integration/dems")
    for device in ("Grid meter", "Battery", "Roof", "Musterhaus"):
        await expect(page.get_by_text(device, exact=True).first).to_be_visible(timeout=PATIENCE_MS)


async def _house_shows_values(page: Page, hass: HomeAssistant) -> None:
    await page.goto(f"{hass.url}/{DASHBOARD}")
    tiles = page.locator("hui-tile-card")
    await expect(tiles).to_have_count(4, timeout=PATIENCE_MS)
    for index in range(4):
        await expect(tiles.nth(index)).to_contain_text(A_POWER, timeout=PATIENCE_MS)
    await expect(page.locator("ha-gauge").first).to_contain_text("%", timeout=PATIENCE_MS)
    await expect(page.get_by_text("Mode off: nothing is written to the battery")).to_be_visible()


async def _picture(page: Page, name: str) -> None:
    folder = os.environ.get("DEMS_SCREENSHOTS")
    if folder:
        await asyncio.sleep(3 * SLOT_SECONDS)
        await page.screenshot(path=str(Path(folder) / f"{name}.png"))
