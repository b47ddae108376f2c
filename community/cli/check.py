"""``dems-community check``: tries everything that `run` needs, in order, and says what works."""

import asyncio

from community.chain.facts import CommunityFacts, read_facts
from community.cli.keys import cabinet_of
from community.cli.terminal import complain, explained, say
from community.configuration.model import CommunityConfiguration
from community.folder import contracts_of
from community.keys import OperatorKeys
from dems_node.chain.client import ChainClient
from dems_protocol.contracts import community_registry, meter_ledger
from dems_protocol.curve import Point
from dems_protocol.words import hash_words


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
    if sealed_to != _key_hash(keys.sealing.public):
        return (
            "The registry has another sealing key than this operator: direct inclusions could not be opened."
        )
    say("operator   appointed, with this sealing key")
    return None


async def _find_missing_bond(client: ChainClient, facts: CommunityFacts, keys: OperatorKeys) -> str | None:
    amount, leaving, _ = await client.read(
        facts.addresses.ledger, meter_ledger.Bonds(keys.operator.public_key.address())
    )
    if amount - leaving < facts.bond_amount:
        return (
            f"The operator's bond is {amount - leaving}, {facts.bond_amount} (smallest units of the currency) are needed: "
            "approve the ledger in the currency, then call deposit and lockBond."
        )
    say(f"bond       {amount} locked")
    return None


async def _find_empty(client: ChainClient, account: bytes) -> str | None:
    balance = await client.balance(account)
    if balance == 0:
        return f"0x{account.hex()} has nothing to pay for gas: send it some."
    say(f"balance    0x{account.hex()} has {balance} wei")
    return None


def _accounts(keys: OperatorKeys) -> list[bytes]:
    return [keys.authority.public_key.address(), keys.operator.public_key.address()]


def _key_hash(key: Point) -> bytes:
    return hash_words(key.x, key.y)
