"""Home Assistant's frontend as a person uses it: what is clicked and typed, page by page, in Debian's Chromium."""

import asyncio
import json
import os
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import ifaddr
import yaml
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from demo.home_assistant import HomeAssistant, Login

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
PATIENCE_MS = 30_000
DASHBOARD = "documented-house"
"""Where the documented dashboard is shown."""
SAVED = re.compile(r"/config/automation/edit/\d+")

expect.set_options(timeout=PATIENCE_MS)


@asynccontextmanager
async def chromium() -> AsyncGenerator[Browser]:
    """Run Debian's Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        await browser.close()


async def desktop(browser: Browser) -> Page:
    """Open a page of a desktop's size."""
    page = await browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(PATIENCE_MS)
    return page


async def dark_phone(browser: Browser, known: Page) -> Page:
    """Open a page of a phone in dark mode that is logged in as the other page is."""
    context = await browser.new_context(
        viewport={"width": 390, "height": 844},
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
        color_scheme="dark",
        storage_state=await known.context.storage_state(),
    )
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    return page


async def picture(page: Page, name: str) -> None:
    """Leave a picture for the documents where DEMS_SCREENSHOTS names a folder."""
    folder = os.environ.get("DEMS_SCREENSHOTS")
    if folder:
        await asyncio.sleep(2)  # until what slides and fades has come to rest
        await page.screenshot(path=str(Path(folder) / f"{name}.png"))


async def onboard(page: Page, hass: HomeAssistant, login: Login) -> None:
    """Go through the onboarding as it greets a new owner, and let the test speak as that owner, too."""
    await page.goto(hass.url)
    await page.get_by_role("button", name="Create my smart home").click()
    fields = page.locator("onboarding-create-user input")
    await expect(fields).to_have_count(4)
    for index, text in enumerate(("Demo", login.username, login.password, login.password)):
        await fields.nth(index).fill(text)
    await page.get_by_role("button", name="Create account").click()
    await page.get_by_role("button", name="Next").click()
    await page.get_by_role("button", name="Finish").click()
    await page.wait_for_url(re.compile(r"/(home|lovelace)"))
    hass.tokens = json.loads(await page.evaluate("localStorage.hassTokens"))


async def log_in(page: Page, hass: HomeAssistant, login: Login) -> None:
    """Log in as a known user, and let the test speak as that user, too."""
    await page.goto(hass.url)
    await page.fill("input[name=username]", login.username)
    await page.fill("input[name=password]", login.password)
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile(r"/(home|lovelace|dems-)"))
    hass.tokens = json.loads(await page.evaluate("localStorage.hassTokens"))


async def add_discovered(page: Page, hass: HomeAssistant, household: str, code: str) -> None:
    """Add the bridge that was discovered, with the code that it shows."""
    await page.goto(f"{hass.url}/config/integrations/dashboard")
    card = page.locator("ha-config-flow-card").filter(has_text=household)
    await expect(card).to_have_count(1)
    await picture(page, "discovered")
    await card.get_by_role("button", name="Add").click()
    await expect(page.get_by_text(f"Pair with {household}")).to_be_visible()
    await page.locator("step-flow-form input").fill(code)
    await picture(page, "pairing")
    await page.get_by_role("button", name="Submit").click()
    await page.get_by_role("button", name="Skip and finish").click()


def has_a_network() -> bool:
    """Say whether this machine has an address that others could discover; a sandbox may have none."""
    addresses = (address for adapter in ifaddr.get_adapters() for address in adapter.ips)
    return any(found.is_IPv4 and not str(found.ip).startswith(("127.", "169.254.")) for found in addresses)


async def add_by_hand(page: Page, hass: HomeAssistant, household: str, port: int, code: str) -> None:
    """Add the bridge on this machine by its port, where nothing can be discovered."""
    await page.goto(f"{hass.url}/config/integrations/dashboard")
    await page.get_by_role("button", name="Add integration").click()
    await page.locator("dialog-add-integration input").fill("DEMS")
    await page.locator("ha-integration-list-item").first.click()
    fields = page.locator("step-flow-form input")
    await expect(fields).to_have_count(2)
    await fields.nth(0).fill("127.0.0.1")
    await fields.nth(1).fill(str(port))
    await page.get_by_role("button", name="Submit").click()
    await expect(page.get_by_text(f"Pair with {household}")).to_be_visible()
    await fields.first.fill(code)
    await page.get_by_role("button", name="Submit").click()
    await page.get_by_role("button", name="Skip and finish").click()


async def make_automation(page: Page, hass: HomeAssistant, name: str, trigger: str, message: str) -> None:
    """Make an automation in the editor: when one of our triggers fires, show a notification."""
    await page.goto(f"{hass.url}/config/automation/edit/new")
    choices = page.locator("add-automation-element-dialog")
    await page.get_by_role("button", name="Add trigger").click()
    await page.get_by_placeholder("Search").fill(trigger)
    await picture(page, "triggers")
    await choices.get_by_text(trigger, exact=True).click()
    await page.get_by_role("button", name="Add action").click()
    await page.get_by_placeholder("Search").fill("create persistent notification")
    await choices.get_by_text("Create persistent notification").first.click()
    texts = page.locator("ha-service-control ha-selector-text")
    await expect(texts).to_have_count(3)
    await _fill(page, texts.first.locator("input, textarea"), message)
    await picture(page, "automation")
    await _save(page, name)


async def import_blueprint(page: Page, hass: HomeAssistant, address: str) -> None:
    """Import a blueprint by its address."""
    await page.goto(f"{hass.url}/config/blueprint/dashboard")
    await page.get_by_role("button", name="Import blueprint").click()
    await page.get_by_role("textbox", name="Blueprint address").fill(address)
    await page.get_by_role("button", name="Preview").click()
    path = page.get_by_role("textbox", name="Blueprint path")
    await expect(path).to_be_visible()
    await page.get_by_role("button", name="Import blueprint").last.click()
    await expect(path).to_be_hidden()


async def use_blueprint(page: Page, title: str, *entities: str) -> None:
    """Open an imported blueprint's form, choose an entity in each picker, and save the automation by its title."""
    await page.locator("ha-data-table").get_by_text(title).click()
    form = page.locator("blueprint-automation-editor")
    for entity in entities:
        await form.get_by_text("Select an entity").first.click()
        await page.get_by_placeholder("Search").last.fill(entity)
        found = page.locator("ha-picker-combo-box ha-combo-box-item").filter(has_text=entity)
        await found.filter(visible=True).first.click()
        await expect(found).to_have_count(0)
        await expect(form.locator("ha-entity-picker").filter(has_text=entity)).to_have_count(1)
    await picture(page, "blueprint")
    await page.get_by_role("button", name="Save").click()
    await page.wait_for_url(SAVED)


async def _fill(page: Page, field: Locator, text: str) -> None:
    """Type until it stays: the editor draws a form anew while its words arrive, and forgets what was typed."""
    for _ in range(20):
        await field.fill(text)
        await page.wait_for_timeout(300)
        if await field.input_value() == text:
            return
    raise AssertionError(f"the field never kept {text!r}")


async def _save(page: Page, name: str) -> None:
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("textbox", name="Name").fill(name)
    await page.get_by_role("button", name="Save").last.click()
    await page.wait_for_url(SAVED)


def documented_dashboard(household: str) -> dict[str, Any]:
    """Return docs/dashboard.yaml with the household's name replaced, as its first lines tell to do."""
    text = (ROOT / "docs" / "dashboard.yaml").read_text()
    found: dict[str, Any] = yaml.safe_load(text.replace("musterhaus", household.lower().replace(" ", "_")))
    return found


async def add_dashboard(hass: HomeAssistant, dashboard: dict[str, Any], title: str) -> None:
    """Keep a dashboard, as the raw configuration editor does."""
    await hass.command(
        type="lovelace/dashboards/create",
        url_path=DASHBOARD,
        title=title,
        icon="mdi:home-lightning-bolt",
        mode="storage",
        show_in_sidebar=True,
        require_admin=False,
    )
    await hass.command(type="lovelace/config/save", url_path=DASHBOARD, config=dashboard)
