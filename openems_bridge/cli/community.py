"""``openems-bridge join``, ``leave``, ``export`` and ``withdraw``: talk to the running daemon through its control socket."""

import asyncio
import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp

from openems_bridge.cli.daemon import answer, with_daemon
from openems_bridge.cli.terminal import complain, say
from openems_bridge.configuration.model import BridgeConfiguration
from openems_bridge.ledger.plant import Plant

CHAIN_SECONDS = 120.0
WRONG_USE = 2
_YES = "yes"


def join(data_dir: Path, invitation: str, plant: Plant, agreed: str | None) -> int:
    """Show what the operator will see, ask, and join. Return the exit status."""
    return with_daemon(data_dir, lambda session: _join(session, invitation, plant, agreed), CHAIN_SECONDS)


def leave(data_dir: Path) -> int:
    """Leave with the next slot. Return the exit status."""
    return with_daemon(data_dir, _leave, CHAIN_SECONDS)


def withdraw(data_dir: Path, amount: int | None) -> int:
    """Pay the household's money in the ledger out to its own account (None: all of it). Return the exit status."""
    return with_daemon(data_dir, lambda session: _withdraw(session, amount), CHAIN_SECONDS)


def export(configuration: BridgeConfiguration, file: Path, first: str, last: str) -> int:
    """Write the proofs of a period. Return the exit status."""
    try:
        slots = [_slot(text, configuration) for text in (first, last)]
    except ValueError as error:
        complain(str(error))
        return WRONG_USE
    return with_daemon(configuration.data_dir, lambda session: _export(session, file, *slots), CHAIN_SECONDS)


async def _join(session: aiohttp.ClientSession, invitation: str, plant: Plant, agreed: str | None) -> int:
    async with session.post("/v1/community/invitation", json={"invitation": invitation}) as response:
        shown = await answer(response)
    _show_community(shown)
    if agreed is None:
        agreed = shown["consent"] if await asyncio.to_thread(_agrees) else None
    if agreed != shown["consent"]:
        complain("Nothing was sent: the text was not agreed to.")
        return 1
    body = {
        "invitation": invitation,
        "consent": agreed,
        "plant_power": plant.plant_power,
        "battery_power": plant.battery_power,
        "battery_capacity": plant.battery_capacity,
        "plant_kind": plant.plant_kind.word,
        "commissioned": None if plant.commissioned is None else plant.commissioned.isoformat(),
        "plant_unit": plant.unit,
    }
    async with session.post("/v1/community/join", json=body) as response:
        joined = await answer(response)
    say(f"Asked to be admitted as household {joined['household']}, meter {joined['meter']}.")
    say("The operator decides; Home Assistant shows when the household is a member.")
    if not joined["key_backed_up"]:
        say("Back up the keys now: openems-bridge backup FILE")
    return 0


def _show_community(shown: Any) -> None:
    from openems_bridge.ledger.membership import WHAT_THE_OPERATOR_SEES

    say()
    say(f"    {shown['name']} invites this household (chain {shown['chain_id']}).")
    say(f"    Operator {shown['operator']}")
    say(f"    at {shown['operator_url']}, certificate {shown['fingerprint']}")
    say()
    say("What its operator will see, whatever its text says:")
    say(f"    {WHAT_THE_OPERATOR_SEES}")
    say()
    say("The operator's text, which you agree to:")
    for line in str(shown["consent_text"]).splitlines():
        say(f"    {line}")
    say(f"    (keccak {shown['consent']})")
    say()


def _agrees() -> bool:
    if not sys.stdin.isatty():
        complain("Nobody can be asked here: give the text's keccak with --agree.")
        return False
    return input(f"Do you agree? Type {_YES} to join: ").strip().lower() == _YES


async def _leave(session: aiohttp.ClientSession) -> int:
    async with session.post("/v1/community/leave") as response:
        left = await answer(response)
    say(f"Asked {left['name']} to end the membership with the next slot.")
    return 0


async def _withdraw(session: aiohttp.ClientSession, amount: int | None) -> int:
    async with session.get("/v1/deposits") as response:
        found = await answer(response)
    say(f"In the ledger: {found['account']} free, {found['held']} held for direct inclusions.")
    async with session.post("/v1/deposits/withdraw", json={"amount": amount}) as response:
        asked = await answer(response)
    say(
        f"Asked for {asked['amount']} to be paid out to the household's account (transaction {asked['transaction']})."
    )
    return 0


async def _export(session: aiohttp.ClientSession, file: Path, first: int, last: int) -> int:
    async with session.get("/v1/proofs", params={"from": str(first), "to": str(last)}) as response:
        document = await answer(response)
    try:
        await asyncio.to_thread(_write, file, document)
    except FileExistsError:
        complain(f"{file} exists already and was left as it is. Name another file.")
        return 1
    except OSError as error:
        complain(f"{file} cannot be written: {error.strerror}.")
        return 1
    say(f"Wrote {file}: the proofs of {len(document['slots'])} slots. Whoever has it sees their energy.")
    say(f"Anybody can check it: openems-bridge verify {file} --rpc URL")
    return 0


def _write(file: Path, document: Any) -> None:
    def private(name: str, flags: int) -> int:
        return os.open(name, flags, 0o600)

    with open(file, "x", encoding="utf-8", opener=private) as target:
        json.dump(document, target, separators=(",", ":"))


def _slot(text: str, configuration: BridgeConfiguration) -> int:
    if text.isascii() and text.isdigit():
        return int(text)
    try:
        moment = datetime.fromisoformat(text).astimezone()
    except ValueError:
        raise ValueError(
            f"expected the number of a slot or a time such as 2026-11-20T14:00, found {text!r}"
        ) from None
    return configuration.grid.slot_at(moment.timestamp())
