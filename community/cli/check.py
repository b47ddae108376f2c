"""``dems-community check``: tries everything that `run` needs, in order, and says what works."""

import asyncio

from community.bonds import read_bond
from community.chain.facts import CommunityFacts, read_facts
from community.cli.keys import cabinet_of
from community.cli.terminal import complain, explained, say
from community.configuration.model import CommunityConfiguration
from community.folder import contracts_of
from community.keys import OperatorKeys
from dems_node.chain.client import ChainClient
from dems_protocol.contracts import community_registry


def check(configuration: CommunityConfiguration) -> int:
    """Return 0 where the daemon could run and publish, else 1."""

    def work() -> int:
        keys = cabinet_of(configuration).open()
        say(f"keys       operator {keys.operator.address}")
        return asyncio.run(_check(configuration, keys))

    return explained(work)


async def _check(configuration: CommunityConfiguration, keys: OperatorKeys) -> int:
    client = ChainClient.to(configuration.chain.rpc, configuration.chain.chain_id)
    try:
        await client.identity()
        head = await client.head()
        say(f"chain      {client.chain_id} at {client.name}, block {head.number}")
        facts = await read_facts(client, contracts_of(configuration).addresses)
        say(
            f"contracts  slots of {facts.grid.seconds} s, at least {facts.minimum_owners} owners on each side"
        )
        problems = [
            problem
            for problem in (
                await _find_wrong_operator(client, facts, keys),
                await _find_missing_bond(client, facts, keys),
                *[await _find_empty(client, account) for account in _accounts(keys)],
            )
            if problem
        ]
    finally:
        await client.close()
    for problem in problems:
        complain(problem)
    if not problems:
        say("All is well: dems-community run")
    return 1 if problems else 0


async def _find_wrong_operator(client: ChainClient, facts: CommunityFacts, keys: OperatorKeys) -> str | None:
    slot = facts.grid.slot_at((await client.head()).timestamp) + 2
    registry = facts.addresses.registry
    found = await client.read(registry, community_registry.OperatorAt(slot))
    if found != keys.operator.public_key.address():
        return f"The registry names 0x{found.hex()} as the meter operator of slot {slot}: this key cannot publish."
    sealed_to = await client.read(registry, community_registry.SealingKeyHashAt(slot))
    if keys.sealing.of_hash(sealed_to) is None:
        return (
            "The registry has a sealing key that this operator does not have: direct inclusions could not be opened. Restore "
            "the keys from a backup, or make another one: dems-community rotate-sealing-key"
        )
    say("operator   appointed, with a sealing key of this operator")
    return None


async def _find_missing_bond(client: ChainClient, facts: CommunityFacts, keys: OperatorKeys) -> str | None:
    bond = await read_bond(client, facts, keys.operator.public_key.address())
    if bond.missing:
        return (
            f"The operator's bond is {bond.locked}, {bond.needed} (smallest units of the currency) are needed: "
            "dems-community lock-bond"
        )
    say(f"bond       {bond.locked} locked")
    return None


async def _find_empty(client: ChainClient, account: bytes) -> str | None:
    balance = await client.balance(account)
    if balance == 0:
        return f"0x{account.hex()} has nothing to pay for gas: send it some."
    say(f"balance    0x{account.hex()} has {balance} wei")
    return None


def _accounts(keys: OperatorKeys) -> list[bytes]:
    return [keys.authority.public_key.address(), keys.operator.public_key.address()]
