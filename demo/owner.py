"""The owner of a household, as far as the bridge's API goes: what a person sets once, set for them."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp

from demo.household import BridgeProgram
from openems_bridge.api.pairing import canonical_code, client_proof, pairing_key, server_proof, transcript

CALL_SECONDS = 20
TRADING: Mapping[str, Any] = {
    "auto_bid": True,
    "dispatch": "follow",
    "lowest_price": 80_000,
    "highest_price": 320_000,
    "reserve_soc": 10,
    "quiet_from": "00:00",
    "quiet_to": "00:00",
}


class Owner:
    """Speaks to one bridge with a token of its own. Every call raises ProgramFailed where the bridge refuses."""

    def __init__(self, daemon: BridgeProgram, session: aiohttp.ClientSession, fingerprint: bytes) -> None:
        self._daemon = daemon
        self._session = session
        self._pin = aiohttp.Fingerprint(fingerprint)
        self._headers: dict[str, str] = {}

    @classmethod
    async def of(cls, daemon: BridgeProgram, session: aiohttp.ClientSession) -> Owner:
        """Pair with a bridge on this machine."""
        code, fingerprint = await daemon.open_pairing()
        owner = cls(daemon, session, fingerprint)
        await owner._pair(canonical_code(code), fingerprint)
        return owner

    async def let_trade(self) -> None:
        """Let the bridge bid by itself, and the battery follow what the community suggests."""
        await self.call("PATCH", "/v1/trading", TRADING)
        await self.call("PATCH", "/v1/limits", {"battery_feed_in": True})
        await self.call("PUT", "/v1/dispatch/mode", {"mode": "automatic"})

    async def tell_sun(self, periods: Sequence[Mapping[str, int]]) -> None:
        """Hand a solar forecast over, as Home Assistant does with the one of its energy preferences."""
        await self.call("PUT", "/v1/solar-forecast", {"slots": list(periods)})

    async def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Send a request to the bridge's API and return its answer."""
        url = f"https://127.0.0.1:{self._daemon.port}{path}"
        timeout = aiohttp.ClientTimeout(total=CALL_SECONDS)
        async with self._session.request(
            method, url, json=body, ssl=self._pin, headers=self._headers, timeout=timeout
        ) as answer:
            if answer.status >= 400:
                raise self._daemon.program.failure(f"refused {method} {path}: {await answer.text()}")
            found: dict[str, Any] = await answer.json()
            return found

    async def _pair(self, code: str, fingerprint: bytes) -> None:
        nonce = secrets.token_bytes(32)
        asked = {"client_nonce": nonce.hex(), "name": "Demo"}
        started = await self.call("POST", "/v1/pairing/start", asked)
        key = await asyncio.to_thread(pairing_key, code, bytes.fromhex(started["salt"]))
        spoken = transcript(started["pairing_id"], nonce, bytes.fromhex(started["server_nonce"]), fingerprint)
        shown = {"pairing_id": started["pairing_id"], "proof": client_proof(key, spoken).hex()}
        finished = await self.call("POST", "/v1/pairing/finish", shown)
        if finished["proof"] != server_proof(key, spoken).hex():
            raise self._daemon.program.failure("does not know its own pairing code")
        self._headers = {"Authorization": f"Bearer {finished['token']}"}
