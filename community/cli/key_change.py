"""``dems-community change-key``: brings a meter's new key to the registry, for a bridge that cannot do it itself."""

import asyncio
import json
import time
from dataclasses import replace
from pathlib import Path

from community.cli.records import Records, with_records
from community.cli.terminal import complain, explained, say
from community.configuration.model import CommunityConfiguration
from community.members.key_changes import KeyChangeRefused, keep, require_acceptable, require_signed
from community.members.registrar import delayed_slot
from community.store import key_changes
from dems_protocol.contracts import community_registry
from dems_protocol.registry_changes import SignedKeyChange

_LARGEST_FILE = 64 * 1024


def change_key(configuration: CommunityConfiguration, file: Path) -> int:
    """Keep the change that a file holds (`openems-bridge keys sign-change`); the daemon carries it out. Return the status.

    Without the household's signature it waits for the registry's delay.
    """
    try:
        with file.open(encoding="utf-8") as source:
            document = json.loads(source.read(_LARGEST_FILE))
        change = SignedKeyChange.from_json(document)
    except OSError as error:
        complain(f"{file} cannot be read: {error.strerror}.")
        return 1
    except ValueError as error:
        complain(f"{file} holds no change of a key as `openems-bridge keys sign-change` prints it: {error}.")
        return 1

    def work() -> int:
        try:
            kept = with_records(configuration, lambda records: _keep(records, change))
        except KeyChangeRefused as error:
            complain(str(error))
            return 1
        signed = "signed by its household" if kept.signature else "without its household's signature"
        say(
            f"Meter 0x{kept.meter.hex()} gets key 0x{kept.key.key_id().hex()} from slot {kept.first_slot} on, {signed}."
        )
        say("The running daemon tells the registry.")
        return 0

    return explained(work)


async def _keep(records: Records, change: SignedKeyChange) -> SignedKeyChange:
    facts, now = records.facts, time.time()
    known = await records.database.run(key_changes.of_meter, change.meter)
    if known is not None and known.change == change:
        return change
    if change.signature is None:
        change = replace(change, first_slot=delayed_slot(facts, now))
    require_acceptable(records.registry, change, facts.grid.slot_at(now))
    if change.signature is not None:
        registry = facts.addresses.registry
        nonce = await records.client.read(registry, community_registry.Nonces(change.meter))
        await asyncio.to_thread(
            require_signed,
            records.registry,
            change,
            chain_id=facts.chain_id,
            registry_address=registry,
            nonce=nonce,
        )
    return (await records.database.run(keep, change, int(now))).change
