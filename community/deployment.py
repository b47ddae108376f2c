"""Puts a community on a chain: access manager, registry, ledger with its parts, netting, renewable-energy account.

The ledger and its parts know each other from their deployment on, so they are deployed by one account, one after the
other, at addresses that are computed before. Nothing of the ledger can be changed afterwards.
"""

from dataclasses import dataclass, field, fields
from typing import Protocol

from eth_hash.auto import keccak

from dems_protocol.contracts import (
    access_manager,
    challenges,
    community_registry,
    creation_code,
    demands,
    direct_inclusion,
    erc2771_forwarder,
    meter_ledger,
    netting,
    renewable_energy_account,
)
from dems_protocol.contracts.abi import Call
from dems_protocol.contracts.structs import Parameters, Parts

ADMIN_ROLE = 0
AUTHORITY_ROLE = 1
METER_OPERATOR_ROLE = 2
MARKET_OPERATOR_ROLE = 3
UTILITY_ROLE = 4

AUTHORITY_CALLS: tuple[type[Call[None]], ...] = (
    community_registry.Admit,
    community_registry.Dismiss,
    community_registry.RegisterMeter,
    community_registry.SetPlant,
    community_registry.SetZone,
    community_registry.ChangeKey,
    community_registry.ChangeHousehold,
    community_registry.AppointOperator,
)

_DAY = 86_400


class DeploymentError(RuntimeError):
    """The chain did not do what was asked of it; the message says what."""


class Deployer(Protocol):
    """An account that deploys and calls; every method returns once its transaction is in a block."""

    @property
    def address(self) -> bytes:
        """The account's address."""

    async def next_nonce(self) -> int:
        """Return the nonce of the account's next transaction."""

    async def deploy(self, code: bytes) -> bytes:
        """Deploy creation code with its arguments; return the address. Raises DeploymentError."""

    async def call(self, to: bytes, data: bytes) -> None:
        """Send a transaction. Raises DeploymentError if it reverts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """The deadlines of docs/protocol.md section 8, in seconds and blocks; the defaults are the protocol's."""

    publish_seconds: int = 900
    publish_limit_seconds: int = 604_800
    challenge_seconds: int = 3600
    challenge_blocks: int = 240
    answer_seconds: int = 1800
    answer_blocks: int = 120
    demand_seconds: int = 28_800
    replace_seconds: int = 3600
    replace_blocks: int = 240
    open_seconds: int = 86_400
    open_blocks: int = 5760


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """Bonds and deposits in the smallest unit of the currency."""

    bond: int = 1_000_000_000
    slash: int = 400_000_000
    demand_bond: int = 10_000_000
    inclusion_deposit: int = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityPlan:
    """What is fixed when a community is deployed.

    ``administrator`` holds the access manager behind a delay of ``administrator_delay_seconds``; ``authority`` decides who
    is allowed in. ``change_delay_seconds`` is what a change of a meter's key waits without the household's signature:
    longer than any delay of a withdrawal.
    """

    administrator: bytes
    authority: bytes
    pool: bytes
    currency: bytes
    slot_seconds: int = 900
    administrator_delay_seconds: int = 2 * _DAY
    change_delay_seconds: int = 14 * _DAY
    bond_release_seconds: int = 30 * _DAY
    minimum_owners: int = 5
    maximum_certificate_seconds: int = 0
    windows: Windows = field(default_factory=Windows)
    money: Money = field(default_factory=Money)


@dataclass(frozen=True, slots=True)
class Deployment:
    """The addresses of a community's contracts (20 bytes each)."""

    access_manager: bytes
    forwarder: bytes
    registry: bytes
    ledger: bytes
    challenges: bytes
    demands: bytes
    direct_inclusion: bytes
    netting: bytes
    account: bytes
    certificates: bytes

    def to_json(self) -> dict[str, str]:
        """Return the addresses as 0x-strings."""
        return {name.name: "0x" + getattr(self, name.name).hex() for name in fields(self)}

    @classmethod
    def from_json(cls, addresses: dict[str, str]) -> Deployment:
        """Read `to_json`'s output; KeyError for a missing contract, ValueError for what is no address."""
        found = {name.name: bytes.fromhex(addresses[name.name].removeprefix("0x")) for name in fields(cls)}
        for name, address in found.items():
            if len(address) != 20:
                raise ValueError(f"{name} must be an address of 20 bytes, not {addresses[name]!r}")
        return cls(**found)


def contract_address(deployer: bytes, nonce: int) -> bytes:
    """Return where a contract goes that an account deploys with this nonce: ``keccak(rlp([account, nonce]))[12:]``."""
    number = nonce.to_bytes((nonce.bit_length() + 7) // 8)
    item = number if len(number) == 1 and number[0] < 0x80 else bytes([0x80 + len(number)]) + number
    payload = bytes([0x80 + 20]) + deployer + item
    return keccak(bytes([0xC0 + len(payload)]) + payload)[12:]


async def deploy_community(deployer: Deployer, plan: CommunityPlan) -> Deployment:
    """Deploy a community and hand its access manager to the plan's administrator. Raises DeploymentError."""
    manager = await deployer.deploy(
        creation_code("AccessManager") + access_manager.constructor_arguments(initial_admin=deployer.address)
    )
    forwarder = await deployer.deploy(
        creation_code("ERC2771Forwarder") + erc2771_forwarder.constructor_arguments(name="DEMS")
    )
    registry = await deployer.deploy(
        creation_code("CommunityRegistry")
        + community_registry.constructor_arguments(
            authority=manager,
            slot_seconds=plan.slot_seconds,
            change_delay_seconds=plan.change_delay_seconds,
        )
    )
    ledger, parts = await _deploy_ledger(deployer, plan, registry, forwarder)
    netting_address = await deployer.deploy(_netting_code(plan, ledger))
    account = await deployer.deploy(
        creation_code("RenewableEnergyAccount")
        + renewable_energy_account.constructor_arguments(
            ledger=ledger, maximum_period_seconds=plan.maximum_certificate_seconds
        )
    )
    await _hand_over(deployer, plan, manager, registry)
    return Deployment(
        access_manager=manager,
        forwarder=forwarder,
        registry=registry,
        ledger=ledger,
        challenges=parts.challenges,
        demands=parts.demands,
        direct_inclusion=parts.direct_inclusion,
        netting=netting_address,
        account=account,
        certificates=contract_address(account, 1),
    )


async def _deploy_ledger(
    deployer: Deployer, plan: CommunityPlan, registry: bytes, forwarder: bytes
) -> tuple[bytes, Parts]:
    nonce = await deployer.next_nonce()
    planned = [contract_address(deployer.address, nonce + i) for i in range(4)]
    parts = Parts(*planned[1:])
    ledger = await deployer.deploy(
        creation_code("MeterLedger")
        + meter_ledger.constructor_arguments(
            registry=registry,
            currency=plan.currency,
            pool=plan.pool,
            forwarder=forwarder,
            parts=parts,
            parameters=_parameters(plan),
        )
    )
    deployed = [
        ledger,
        await deployer.deploy(creation_code("Challenges") + challenges.constructor_arguments(ledger=ledger)),
        await deployer.deploy(
            creation_code("Demands")
            + demands.constructor_arguments(
                ledger=ledger,
                demand_bond=plan.money.demand_bond,
                demand_seconds=plan.windows.demand_seconds,
            )
        ),
        await deployer.deploy(
            creation_code("DirectInclusion")
            + direct_inclusion.constructor_arguments(
                ledger=ledger, inclusion_deposit=plan.money.inclusion_deposit
            )
        ),
    ]
    for name, found, expected in zip(
        ("ledger", "challenges", "demands", "direct inclusion"), deployed, planned, strict=True
    ):
        _require_address(name, found, expected)
    return ledger, parts


def _parameters(plan: CommunityPlan) -> Parameters:
    windows, money = plan.windows, plan.money
    return Parameters(
        publish_seconds=windows.publish_seconds,
        publish_limit_seconds=windows.publish_limit_seconds,
        challenge_seconds=windows.challenge_seconds,
        challenge_blocks=windows.challenge_blocks,
        answer_seconds=windows.answer_seconds,
        answer_blocks=windows.answer_blocks,
        replace_seconds=windows.replace_seconds,
        replace_blocks=windows.replace_blocks,
        bond_release_seconds=plan.bond_release_seconds,
        bond_amount=money.bond,
        slash_amount=money.slash,
    )


def _netting_code(plan: CommunityPlan, ledger: bytes) -> bytes:
    return creation_code("Netting") + netting.constructor_arguments(
        ledger=ledger,
        open_seconds=plan.windows.open_seconds,
        open_blocks=plan.windows.open_blocks,
        minimum_owners=plan.minimum_owners,
    )


async def _hand_over(deployer: Deployer, plan: CommunityPlan, manager: bytes, registry: bytes) -> None:
    selectors = tuple(call.SELECTOR for call in AUTHORITY_CALLS)
    steps: list[Call[None]] = [
        access_manager.SetTargetFunctionRole(registry, selectors, AUTHORITY_ROLE),
        access_manager.LabelRole(AUTHORITY_ROLE, "authority"),
        access_manager.LabelRole(METER_OPERATOR_ROLE, "meter operator"),
        access_manager.LabelRole(MARKET_OPERATOR_ROLE, "market operator"),
        access_manager.LabelRole(UTILITY_ROLE, "utility"),
        access_manager.GrantRole(AUTHORITY_ROLE, plan.authority, 0),
        access_manager.GrantRole(ADMIN_ROLE, plan.administrator, plan.administrator_delay_seconds),
    ]
    if plan.administrator != deployer.address:
        steps.append(access_manager.RenounceRole(ADMIN_ROLE, deployer.address))
    for step in steps:
        await deployer.call(manager, step.calldata())


def _require_address(name: str, found: bytes, expected: bytes) -> None:
    if found != expected:
        raise DeploymentError(
            f"{name} went to 0x{found.hex()} instead of 0x{expected.hex()}: "
            "another program sends transactions from this account; deploy from one of its own"
        )
