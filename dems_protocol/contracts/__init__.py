"""The contracts as Python sees them: a module each, with calls, events and errors.

Generated from contracts/ by tests/contracts/bindings.py: do not edit.
"""

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from dems_protocol.contracts import (
    access_manager,
    certificates,
    challenges,
    community_registry,
    demands,
    demo_currency,
    direct_inclusion,
    erc2771_forwarder,
    market,
    market_demands,
    market_terms,
    meter_ledger,
    netting,
    orders,
    renewable_energy_account,
    result_challenges,
    set_challenges,
    suggestions,
)
from dems_protocol.contracts.abi import Event, RevertReason

_ERRORS: tuple[type[RevertReason], ...] = (
    *access_manager.ERRORS,
    *certificates.ERRORS,
    *challenges.ERRORS,
    *community_registry.ERRORS,
    *demands.ERRORS,
    *demo_currency.ERRORS,
    *direct_inclusion.ERRORS,
    *erc2771_forwarder.ERRORS,
    *meter_ledger.ERRORS,
    *netting.ERRORS,
    *renewable_energy_account.ERRORS,
    *market.ERRORS,
    *market_demands.ERRORS,
    *market_terms.ERRORS,
    *orders.ERRORS,
    *result_challenges.ERRORS,
    *set_challenges.ERRORS,
    *suggestions.ERRORS,
)
_EVENTS: tuple[type[Event], ...] = (
    *access_manager.EVENTS,
    *certificates.EVENTS,
    *challenges.EVENTS,
    *community_registry.EVENTS,
    *demands.EVENTS,
    *demo_currency.EVENTS,
    *direct_inclusion.EVENTS,
    *erc2771_forwarder.EVENTS,
    *meter_ledger.EVENTS,
    *netting.EVENTS,
    *renewable_energy_account.EVENTS,
    *market.EVENTS,
    *market_demands.EVENTS,
    *market_terms.EVENTS,
    *orders.EVENTS,
    *result_challenges.EVENTS,
    *set_challenges.EVENTS,
    *suggestions.EVENTS,
)


@cache
def artifact(contract: str) -> dict[str, Any]:
    """Return ``abi`` and ``bytecode`` (creation code) of a contract; FileNotFoundError for an unknown one."""
    text = files(__name__).joinpath("artifacts", f"{contract}.json").read_text()
    found: dict[str, Any] = json.loads(text)
    return found


def creation_code(contract: str) -> bytes:
    """Return what a deployment starts with, to be followed by the constructor's arguments."""
    return bytes.fromhex(artifact(contract)["bytecode"].removeprefix("0x"))


def decode_error(data: bytes) -> RevertReason | None:
    """Return the custom error of a revert, whichever of the contracts it came from; None if it is none of theirs."""
    for error in _ERRORS:
        if data[:4] == error.SELECTOR:
            return error.decode(data)
    return None


def decode_event(topics: Sequence[bytes], data: bytes) -> Event | None:
    """Return the event of a log, whichever of the contracts it came from; None if it is none of theirs.

    Raises MalformedData for a log that claims to be one of their events but is damaged.
    """
    for event in _EVENTS:
        if topics and bytes(topics[0]) == event.TOPIC and len(topics) == len(event.INDEXED) + 1:
            return event.decode(topics, data)
    return None
