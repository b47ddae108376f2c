"""A real Home Assistant for the demo and the end-to-end tests: started, onboarded, and spoken to as its user."""

import asyncio
import json
import shutil
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from demo.processes import Program, program

CONFIGURATION = """\
homeassistant:
  name: Musterhaus
  latitude: 50.94
  longitude: 6.96
  elevation: 53
  unit_system: metric
  currency: EUR
  country: DE
  time_zone: Europe/Berlin
frontend:
history:
logbook:
energy:
sun:
recorder:
  commit_interval: 1
automation:
script:
zeroconf:
"""
READY_SECONDS = 90
CALL_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Login:
    """The only user of the demo's Home Assistant."""

    username: str = "demo"
    password: str = "demo-house"


class CallRefused(Exception):
    """Home Assistant refused a call; the text is its answer."""


class HomeAssistant:
    """A running instance as its user sees it: REST and WebSocket with the user's token."""

    def __init__(self, running: Program, url: str, config: Path, session: aiohttp.ClientSession) -> None:
        self.program = running
        self.url = url
        self.config = config
        self.tokens: dict[str, Any] = {}
        self._session = session

    async def onboard(self, login: Login) -> None:
        """Create the user as the onboarding page does, and log in."""
        client = f"{self.url}/"
        user = {
            "client_id": client,
            "name": "Demo",
            "username": login.username,
            "password": login.password,
            "language": "en",
        }
        async with self._session.post(f"{self.url}/api/onboarding/users", json=user) as answer:
            code = (await _json(answer))["auth_code"]
        form = {"client_id": client, "grant_type": "authorization_code", "code": code}
        async with self._session.post(f"{self.url}/auth/token", data=form) as answer:
            self.tokens = await _json(answer)

    async def rest(self, method: str, path: str, body: object = None) -> Any:
        """Call the REST API and return its JSON. Raises CallRefused."""
        headers = {"Authorization": f"Bearer {self.tokens['access_token']}"}
        async with self._session.request(
            method, f"{self.url}/api/{path}", json=body, headers=headers
        ) as answer:
            return await _json(answer)

    async def command(self, **message: object) -> Any:
        """Send one WebSocket command and return its result. Raises CallRefused."""
        async with self._session.ws_connect(f"{self.url}/api/websocket") as socket:
            await socket.receive_json(timeout=CALL_SECONDS)
            await socket.send_json({"type": "auth", "access_token": self.tokens["access_token"]})
            await socket.receive_json(timeout=CALL_SECONDS)
            await socket.send_json({"id": 1, **message})
            answer = await socket.receive_json(timeout=CALL_SECONDS)
        if not answer["success"]:
            raise CallRefused(f"{message['type']}: {answer['error']}")
        return answer["result"]

    async def state(self, entity_id: str) -> dict[str, Any]:
        """Return the state of one entity."""
        found: dict[str, Any] = await self.rest("GET", f"states/{entity_id}")
        return found

    async def action(self, domain: str, name: str, **data: object) -> None:
        """Perform an action, as an automation would."""
        await self.rest("POST", f"services/{domain}/{name}", data)

    async def add_bridge(self, host: str, port: int, code: str) -> None:
        """Add our integration by host and pairing code, through the same flow as the user interface."""
        flow = await self.rest("POST", "config/config_entries/flow", {"handler": "dems"})
        for answers in ({"host": host, "port": port}, {"code": code}):
            flow = await self.rest("POST", f"config/config_entries/flow/{flow['flow_id']}", answers)
            if flow.get("errors"):
                raise CallRefused(f"the integration refused {list(answers)}: {flow['errors']}")
        if flow["type"] != "create_entry":
            raise CallRefused(f"the integration was not added: {flow}")

    async def entities(self) -> dict[str, str]:
        """Return our entities: translation key -> entity id."""
        registry = await self.command(type="config/entity_registry/list")
        return {
            entity["translation_key"]: entity["entity_id"]
            for entity in registry
            if entity["platform"] == "dems" and entity["translation_key"]
        }


async def _json(answer: aiohttp.ClientResponse) -> Any:
    text = await answer.text()
    if answer.status >= 400:
        raise CallRefused(f"{answer.method} {answer.url.path}: {answer.status} {text[:500]}")
    return json.loads(text) if text else None


def write_configuration(folder: Path) -> None:
    """Write a configuration folder with our integration in it, ready for its first user.

    Onboarding's later steps would look for the weather and for radio stations on the internet, so they are marked
    as done; the user is created over the API.
    """
    (folder / ".storage").mkdir(parents=True)
    (folder / "configuration.yaml").write_text(CONFIGURATION)
    done = {"done": ["core_config", "analytics", "integration"]}
    onboarding = {"version": 4, "minor_version": 1, "key": "onboarding", "data": done}
    (folder / ".storage" / "onboarding").write_text(json.dumps(onboarding))
    source = Path(__file__).resolve().parents[1] / "custom_components" / "dems"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(source, folder / "custom_components" / "dems", ignore=ignored)


@asynccontextmanager
async def home_assistant(
    folder: Path, port: int, python: Path = Path(sys.executable)
) -> AsyncGenerator[HomeAssistant]:
    """Run the Home Assistant of a Python environment on a configuration folder; wait until its frontend answers."""
    command = (python.with_name("hass"), "-c", folder, "--skip-pip")
    url = f"http://127.0.0.1:{port}"
    # SETUP_PORT instead of an `http:` block: a block in YAML makes the frontend ask for a migration
    log = folder / "console.log"
    timeout = aiohttp.ClientTimeout(total=CALL_SECONDS)
    async with (
        program("Home Assistant", command, log, {"SETUP_PORT": str(port)}) as running,
        aiohttp.ClientSession(timeout=timeout) as session,
    ):
        async with running.watched(READY_SECONDS):
            while not await _answers(session, url):
                await asyncio.sleep(0.2)
        yield HomeAssistant(running, url, folder, session)


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(f"{url}/manifest.json") as answer:
            return answer.status == 200
    except aiohttp.ClientError, TimeoutError:
        return False
