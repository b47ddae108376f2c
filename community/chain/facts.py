"""What a community's contracts say of themselves: who they are, how long a slot is, which deadlines hold."""

import json
from dataclasses import dataclass, fields
from typing import Any

from community.store import settings
from dems_node.chain.client import ChainClient
from dems_node.chain.errors import ChainDown, Reverted
from dems_node.database.database import Database
from dems_protocol.contracts import community_registry, direct_inclusion, meter_ledger, netting
from dems_protocol.contracts.abi import Call, MalformedData
from dems_protocol.slots import SlotGrid
from dems_protocol.typed_data import LedgerDomain


class WrongContracts(Exception):
    """The addresses are not those of one community's contracts. The text names which, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """The contracts of a community that the operator is told of (20 bytes each); ``market`` and
    ``suggestions`` None: it has none."""

    registry: bytes
    ledger: bytes
    netting: bytes
    account: bytes
    market: bytes | None = None
    suggestions: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityFacts:
    """A community as its contracts describe it; durations in s, ``change_delay_seconds`` for changes without consent."""

    chain_id: int
    addresses: Addresses
    challenges: bytes
    demands: bytes
    direct_inclusion: bytes
    grid: SlotGrid
    publish_seconds: int
    publish_limit_seconds: int
    challenge_seconds: int
    challenge_blocks: int
    answer_seconds: int
    answer_blocks: int
    replace_seconds: int
    replace_blocks: int
    open_seconds: int
    open_blocks: int
    minimum_owners: int
    change_delay_seconds: int
    bond_amount: int
    inclusion_deposit: int

    @property
    def domain(self) -> LedgerDomain:
        """The domain of all messages."""
        return LedgerDomain(self.chain_id, self.addresses.ledger)

    @property
    def followed(self) -> tuple[bytes, ...]:
        """The contracts whose events the operator follows."""
        return (
            self.addresses.registry,
            self.addresses.ledger,
            self.demands,
            self.direct_inclusion,
            self.addresses.netting,
        )


async def known_facts(client: ChainClient, addresses: Addresses, database: Database) -> CommunityFacts:
    """Return the contracts' facts, which never change: from the store where they were read before.

    So the daemon starts, and takes readings, while the chain is down. Raises WrongContracts, WrongChain, and ChainDown at
    the very first start only; StoreError.
    """
    key = f"facts:{client.chain_id}:{addresses.ledger.hex()}:{addresses.registry.hex()}:{addresses.netting.hex()}"
    stored = await database.run(settings.read, key)
    try:
        await client.identity()
    except ChainDown:
        if stored is None:
            raise
    if stored is not None:
        return _from_json(json.loads(stored), addresses)
    found = await read_facts(client, addresses)
    await database.run(settings.write, key, json.dumps(_to_json(found)))
    return found


async def read_facts(client: ChainClient, addresses: Addresses) -> CommunityFacts:
    """Ask the contracts. Raises WrongContracts, ChainDown."""
    ledger, registry = addresses.ledger, addresses.registry
    inclusion = await _ask(client, "ledger", ledger, meter_ledger.DirectInclusion())
    found = CommunityFacts(
        chain_id=client.chain_id,
        addresses=addresses,
        challenges=await _ask(client, "ledger", ledger, meter_ledger.Challenges()),
        demands=await _ask(client, "ledger", ledger, meter_ledger.Demands()),
        direct_inclusion=inclusion,
        grid=_grid(await _ask(client, "registry", registry, community_registry.SlotSeconds())),
        publish_seconds=await _ask(client, "ledger", ledger, meter_ledger.PublishSeconds()),
        publish_limit_seconds=await _ask(client, "ledger", ledger, meter_ledger.PublishLimitSeconds()),
        challenge_seconds=await _ask(client, "ledger", ledger, meter_ledger.ChallengeSeconds()),
        challenge_blocks=await _ask(client, "ledger", ledger, meter_ledger.ChallengeBlocks()),
        answer_seconds=await _ask(client, "ledger", ledger, meter_ledger.AnswerSeconds()),
        answer_blocks=await _ask(client, "ledger", ledger, meter_ledger.AnswerBlocks()),
        replace_seconds=await _ask(client, "ledger", ledger, meter_ledger.ReplaceSeconds()),
        replace_blocks=await _ask(client, "ledger", ledger, meter_ledger.ReplaceBlocks()),
        open_seconds=await _ask(client, "netting", addresses.netting, netting.OpenSeconds()),
        open_blocks=await _ask(client, "netting", addresses.netting, netting.OpenBlocks()),
        minimum_owners=await _ask(client, "netting", addresses.netting, netting.MinimumOwners()),
        change_delay_seconds=await _ask(
            client, "registry", registry, community_registry.ChangeDelaySeconds()
        ),
        bond_amount=await _ask(client, "ledger", ledger, meter_ledger.BondAmount()),
        inclusion_deposit=await _ask(
            client, "direct inclusion", inclusion, direct_inclusion.InclusionDeposit()
        ),
    )
    _require("registry", await _ask(client, "ledger", ledger, meter_ledger.Registry()), registry)
    _require("ledger", await _ask(client, "netting", addresses.netting, netting.Ledger()), ledger)
    return found


async def _ask[R](client: ChainClient, name: str, address: bytes, call: Call[R]) -> R:
    try:
        return await client.read(address, call)
    except (Reverted, MalformedData) as error:
        raise WrongContracts(
            f"contracts.{name}: 0x{address.hex()} on chain {client.chain_id} does not answer as it should ({error}): "
            "is it the address that the deployment printed, and the right chain?"
        ) from None


def _grid(seconds: int) -> SlotGrid:
    try:
        return SlotGrid(seconds)
    except ValueError as error:
        raise WrongContracts(f"contracts.registry: {error}") from None


def _require(name: str, found: bytes, expected: bytes) -> None:
    if found != expected:
        raise WrongContracts(
            f"contracts.{name}: the other contracts belong to 0x{found.hex()}, configured is 0x{expected.hex()}"
        )


def _to_json(facts: CommunityFacts) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for part in fields(facts):
        value = getattr(facts, part.name)
        match value:
            case bytes():
                document[part.name] = value.hex()
            case SlotGrid(seconds=seconds):
                document[part.name] = seconds
            case int():
                document[part.name] = value
    return document


def _from_json(document: dict[str, Any], addresses: Addresses) -> CommunityFacts:
    values: dict[str, Any] = {
        name: bytes.fromhex(value) if isinstance(value, str) else value for name, value in document.items()
    }
    return CommunityFacts(**values | {"addresses": addresses, "grid": SlotGrid(document["grid"])})
