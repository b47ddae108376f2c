"""``openems-bridge verify``: checks a file of proofs against the chain. Needs a node, no bridge, and trusts nobody."""

import asyncio
import json
from pathlib import Path

from dems_node.chain.client import ChainClient
from dems_node.chain.errors import ChainError
from dems_protocol.commitments import Pedersen
from openems_bridge.cli.terminal import complain, say
from openems_bridge.ledger.contract_reading import NotThisCommunity
from openems_bridge.ledger.proof_check import ProofChain
from openems_bridge.ledger.proof_file import (
    CheckedSlot,
    ProofFile,
    ProofFileUnusable,
    check_file,
    read_document,
)

_LARGEST_FILE = 256 * 1024 * 1024


def verify(path: Path, rpc: str, ledger: str | None) -> int:
    """Check a file and say what it proves. Return 0 if all of it holds, else 1."""
    try:
        file = read_document(_read(path))
        _require_ledger(file, ledger)
        checked = asyncio.run(_check(file, rpc))
    except (ProofFileUnusable, NotThisCommunity, ChainError) as error:
        complain(f"{path} could not be checked: {error}")
        return 1
    return _tell(file, checked)


def _read(path: Path) -> object:
    try:
        with path.open(encoding="utf-8") as file:
            document: object = json.loads(file.read(_LARGEST_FILE))
    except OSError as error:
        raise ProofFileUnusable(f"It cannot be read: {error.strerror}.") from None
    except ValueError, RecursionError:
        raise ProofFileUnusable("It is not JSON.") from None
    return document


def _require_ledger(file: ProofFile, ledger: str | None) -> None:
    found = f"0x{file.domain.ledger.hex()}"
    if ledger is not None and ledger.lower() != found:
        raise ProofFileUnusable(f"It is for the ledger {found}, not {ledger}.")


async def _check(file: ProofFile, rpc: str) -> list[CheckedSlot]:
    client = ChainClient.to(rpc, file.domain.chain_id)
    try:
        return await check_file(file, await ProofChain.of(client, file), Pedersen())
    finally:
        await client.close()


def _tell(file: ProofFile, checked: list[CheckedSlot]) -> int:
    say(f"chain {file.domain.chain_id}, ledger 0x{file.domain.ledger.hex()}")
    say(f"household 0x{file.household.hex()}, meter 0x{file.meter.hex()}")
    say()
    wrong = [one for one in checked if one.faults]
    for one in wrong:
        for fault in one.faults:
            complain(f"slot {one.slot}: {fault}")
    sound = [one for one in checked if not one.faults]
    if sound:
        _tell_sums(sound)
    if wrong or not checked:
        complain(
            f"{len(wrong)} of {len(checked)} slots do not hold." if checked else "There is no slot in it."
        )
        return 1
    return 0


def _tell_sums(sound: list[CheckedSlot]) -> None:
    netted = [one for one in sound if one.withdrawal_inside is not None]
    withdrawal, feed_in = sum(one.withdrawal for one in sound), sum(one.feed_in for one in sound)
    say(f"{len(sound)} slots from {sound[0].slot} to {sound[-1].slot} hold:")
    say(f"    withdrawal {withdrawal} Wh, of {len(netted)} netted slots inside the community")
    say(f"               {sum(one.withdrawal_inside or 0 for one in netted)} Wh")
    say(f"    feed-in    {feed_in} Wh, of these inside the community")
    say(f"               {sum(one.feed_in_inside or 0 for one in netted)} Wh")
    say(f"    generation {sum(one.generation for one in sound)} Wh")
