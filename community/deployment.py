"""Puts a community on a chain: access manager, registry, ledger and market with their parts, netting, certificates.

Ledger and market and their parts know each other from their deployment on, so they are deployed by one account, one
after the other, at addresses that are computed before. Nothing of them can be changed afterwards.
"""

from collections.abc import Sequence
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
from dems_protocol.contracts.abi import Call
from dems_protocol.contracts.structs import MarketParameters, MarketParts, Parameters, Parts

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
    community_registry.AskRelief,
)
MARKET_AUTHORITY_CALLS: tuple[type[Call[None]], ...] = (market_terms.SetCharges, market_terms.AppointOperator)
UTILITY_CALLS: tuple[type[Call[None]], ...] = (market_terms.SetPrices,)

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
class MarketGates:
    """The deadlines of docs/market.md section 1, in seconds and blocks; the defaults are the protocol's."""

    gate_seconds: int = 3600
    direct_seconds: int = 300
    set_challenge_seconds: int = 600
    reveal_seconds: int = 600
    publish_seconds: int = 300
    result_challenge_seconds: int = 3600
    result_challenge_blocks: int = 240
    answer_seconds: int = 900
    answer_blocks: int = 60
    demand_seconds: int = 28_800


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """Bonds and deposits in the smallest unit of the currency."""

    bond: int = 1_000_000_000
    slash: int = 400_000_000
    demand_bond: int = 10_000_000
    inclusion_deposit: int = 5_000_000
    order_deposit: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityPlan:
    """What is fixed when a community is deployed.

    ``administrator`` holds the access manager behind a delay of ``administrator_delay_seconds``; ``authority`` decides who
    is allowed in; ``utility``, without it the authority, sets its prices. ``change_delay_seconds`` is what a change of a meter's key waits without the household's signature:
    longer than any delay of a withdrawal.
    """

    administrator: bytes
    authority: bytes
    pool: bytes
    currency: bytes
    utility: bytes | None = None
    slot_seconds: int = 900
    administrator_delay_seconds: int = 2 * _DAY
    change_delay_seconds: int = 14 * _DAY
    bond_release_seconds: int = 30 * _DAY
    minimum_owners: int = 5
    maximum_certificate_seconds: int = 0
    windows: Windows = field(default_factory=Windows)
    gates: MarketGates = field(default_factory=MarketGates)
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
    market: bytes
    market_terms: bytes
    orders: bytes
    set_challenges: bytes
    result_challenges: bytes
    market_demands: bytes
    suggestions: bytes

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
    market_contracts = await _deploy_market(deployer, plan, manager, registry, forwarder)
    await _hand_over(deployer, plan, manager, registry, market_contracts["market_terms"])
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
        **market_contracts,
    )


async def _deploy_ledger(
    deployer: Deployer, plan: CommunityPlan, registry: bytes, forwarder: bytes
) -> tuple[bytes, Parts]:
    planned = await _next_addresses(deployer, 4)
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
    _require_addresses(("ledger", "challenges", "demands", "direct inclusion"), deployed, planned)
    return ledger, parts


async def _deploy_market(
    deployer: Deployer, plan: CommunityPlan, manager: bytes, registry: bytes, forwarder: bytes
) -> dict[str, bytes]:
    terms = await deployer.deploy(
        creation_code("MarketTerms")
        + market_terms.constructor_arguments(
            authority=manager, registry=registry, gate_seconds=plan.gates.gate_seconds
        )
    )
    names = ("market", "orders", "set_challenges", "result_challenges", "market_demands")
    planned = await _next_addresses(deployer, len(names))
    address = planned[0]
    codes = (
        creation_code("Market")
        + market.constructor_arguments(
            terms=terms,
            currency=plan.currency,
            pool=plan.pool,
            forwarder=forwarder,
            parts=MarketParts(*planned[1:]),
            parameters=_market_parameters(plan),
        ),
        creation_code("Orders") + orders.constructor_arguments(market=address),
        creation_code("SetChallenges") + set_challenges.constructor_arguments(market=address),
        creation_code("ResultChallenges") + result_challenges.constructor_arguments(market=address),
        creation_code("MarketDemands")
        + market_demands.constructor_arguments(
            market=address, demand_bond=plan.money.demand_bond, demand_seconds=plan.gates.demand_seconds
        ),
    )
    deployed = [await deployer.deploy(code) for code in codes]
    _require_addresses(names, deployed, planned)
    found = dict(zip(names, deployed, strict=True))
    found["market_terms"] = terms
    found["suggestions"] = await deployer.deploy(
        creation_code("Suggestions") + suggestions.constructor_arguments(market=address)
    )
    return found


def _market_parameters(plan: CommunityPlan) -> MarketParameters:
    gates, money = plan.gates, plan.money
    return MarketParameters(
        direct_seconds=gates.direct_seconds,
        set_challenge_seconds=gates.set_challenge_seconds,
        reveal_seconds=gates.reveal_seconds,
        publish_seconds=gates.publish_seconds,
        result_challenge_seconds=gates.result_challenge_seconds,
        result_challenge_blocks=gates.result_challenge_blocks,
        answer_seconds=gates.answer_seconds,
        answer_blocks=gates.answer_blocks,
        bond_release_seconds=plan.bond_release_seconds,
        bond_amount=money.bond,
        slash_amount=money.slash,
        order_deposit=money.order_deposit,
    )


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


async def _hand_over(
    deployer: Deployer, plan: CommunityPlan, manager: bytes, registry: bytes, terms: bytes
) -> None:
    steps: list[Call[None]] = [
        _allow(registry, AUTHORITY_CALLS, AUTHORITY_ROLE),
        _allow(terms, MARKET_AUTHORITY_CALLS, AUTHORITY_ROLE),
        _allow(terms, UTILITY_CALLS, UTILITY_ROLE),
        access_manager.LabelRole(AUTHORITY_ROLE, "authority"),
        access_manager.LabelRole(METER_OPERATOR_ROLE, "meter operator"),
        access_manager.LabelRole(MARKET_OPERATOR_ROLE, "market operator"),
        access_manager.LabelRole(UTILITY_ROLE, "utility"),
        access_manager.GrantRole(AUTHORITY_ROLE, plan.authority, 0),
        access_manager.GrantRole(UTILITY_ROLE, plan.authority if plan.utility is None else plan.utility, 0),
        access_manager.GrantRole(ADMIN_ROLE, plan.administrator, plan.administrator_delay_seconds),
    ]
    if plan.administrator != deployer.address:
        steps.append(access_manager.RenounceRole(ADMIN_ROLE, deployer.address))
    for step in steps:
        await deployer.call(manager, step.calldata())


def _allow(target: bytes, calls: tuple[type[Call[None]], ...], role: int) -> Call[None]:
    return access_manager.SetTargetFunctionRole(target, tuple(call.SELECTOR for call in calls), role)


async def _next_addresses(deployer: Deployer, count: int) -> list[bytes]:
    nonce = await deployer.next_nonce()
    return [contract_address(deployer.address, nonce + i) for i in range(count)]


def _require_addresses(names: Sequence[str], deployed: Sequence[bytes], planned: Sequence[bytes]) -> None:
    for name, found, expected in zip(names, deployed, planned, strict=True):
        if found != expected:
            raise DeploymentError(
                f"{name} went to 0x{found.hex()} instead of 0x{expected.hex()}: "
                "another program sends transactions from this account; deploy from one of its own"
            )
