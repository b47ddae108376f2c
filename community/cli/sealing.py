"""``dems-community rotate-sealing-key``: another key for direct inclusions; the former ones stay for their slots."""

import asyncio
import secrets

from community.cli.keys import cabinet_of
from community.cli.records import opened_records
from community.cli.terminal import explained, say
from community.configuration.model import CommunityConfiguration
from community.deploying import ChainDeployer
from community.folder import locked_data_folder
from community.keys import KeyCabinet, OperatorKeys, sealing_key_hash
from dems_protocol.contracts import community_registry

SLOTS_AHEAD = 2


def rotate(configuration: CommunityConfiguration) -> int:
    """Make a key and announce it on chain. The daemon must not run. Return the exit status."""

    def work() -> int:
        with locked_data_folder(configuration.data_dir):
            first_slot = asyncio.run(_rotate(configuration, cabinet_of(configuration)))
        say(f"Openings of slot {first_slot} and later are sealed to the new key; the former ones are kept.")
        say("Back up the data folder, then start the daemon again: dems-community run")
        return 0

    return explained(work)


async def _rotate(configuration: CommunityConfiguration, cabinet: KeyCabinet) -> int:
    async with opened_records(configuration) as records:
        client, registry = records.client, records.facts.addresses.registry
        keys = await asyncio.to_thread(cabinet.open)
        first_slot = records.facts.grid.slot_at((await client.head()).timestamp) + SLOTS_AHEAD
        current = await client.read(registry, community_registry.SealingKeyHashAt(first_slot))
        if sealing_key_hash(keys.sealing.newest.public) == current:
            # A key that was made before a failure, and never announced, is taken as it is.
            keys = await asyncio.to_thread(cabinet.add_sealing_key, secrets.randbelow)
        await announce(ChainDeployer(client, keys.operator, say), registry, keys, first_slot)
        return first_slot


async def announce(operator: ChainDeployer, registry: bytes, keys: OperatorKeys, first_slot: int) -> None:
    """Tell the registry the newest key, from a slot on. Raises DeploymentError."""
    await operator.perform(
        registry, community_registry.RotateSealingKey(tuple(keys.sealing.newest.public), first_slot)
    )
