"""What a community's contracts say of themselves: who they are, how long a slot is, which deadlines hold."""

from dataclasses import dataclass

from dems_node.chain.client import ChainClient
from dems_node.chain.errors import Reverted
from dems_protocol.contracts import community_registry, direct_inclusion, meter_ledger, netting
from dems_protocol.contracts.abi import Call, MalformedData
from dems_protocol.slots import SlotGrid
from dems_protocol.typed_data import LedgerDomain


class WrongContracts(Exception):
    """The addresses are not those of one community's contracts. The text names which, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """The contracts of a community that the operator is told of (20 bytes each)."""

    registry: bytes
    ledger: bytes
    netting: bytes
    account: bytes


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
