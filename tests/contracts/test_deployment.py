"""A community is deployed on a real chain as planned, and then belongs to whom it should."""

from dataclasses import fields

import pytest

from community.deployment import (
    ADMIN_ROLE,
    AUTHORITY_ROLE,
    Deployment,
    DeploymentError,
    contract_address,
)
from dems_protocol.contracts import (
    access_manager,
    challenges,
    community_registry,
    meter_ledger,
    netting,
    renewable_energy_account,
)
from dems_protocol.typed_data import LedgerDomain
from tests.contracts.chain import DeployedCommunity


async def test_parts_know_each_other(community: DeployedCommunity) -> None:
    read, addresses = community.authority.read, community.deployment
    assert await read(addresses.ledger, meter_ledger.Challenges()) == addresses.challenges
    assert await read(addresses.ledger, meter_ledger.Demands()) == addresses.demands
    assert await read(addresses.ledger, meter_ledger.DirectInclusion()) == addresses.direct_inclusion
    assert await read(addresses.ledger, meter_ledger.Registry()) == addresses.registry
    assert await read(addresses.challenges, challenges.Ledger()) == addresses.ledger
    assert await read(addresses.netting, netting.Ledger()) == addresses.ledger
    assert await read(addresses.account, renewable_energy_account.Certificates()) == addresses.certificates


async def test_messages_are_bound_to_this_ledger(community: DeployedCommunity) -> None:
    domain = LedgerDomain(31337, community.deployment.ledger)
    found = await community.authority.read(community.deployment.ledger, meter_ledger.DomainSeparator())
    assert found == domain.separator()


async def test_administrator_is_behind_its_delay_and_the_deployer_is_out(
    community: DeployedCommunity,
) -> None:
    manager = community.deployment.access_manager
    read = community.authority.read
    administrator = access_manager.HasRole(ADMIN_ROLE, community.administrator.address)
    assert await read(manager, administrator) == (True, 2 * 86_400)
    deployer = await community.chain.account("deployer")
    assert await read(manager, access_manager.HasRole(ADMIN_ROLE, deployer.address)) == (False, 0)
    authority = access_manager.HasRole(AUTHORITY_ROLE, community.authority.address)
    assert await read(manager, authority) == (True, 0)
    with pytest.raises(DeploymentError, match="refused: access manager"):
        await deployer.call(manager, access_manager.GrantRole(AUTHORITY_ROLE, deployer.address, 0).calldata())


async def test_strangers_are_refused_with_the_contracts_own_words(community: DeployedCommunity) -> None:
    stranger = await community.chain.account("stranger")
    with pytest.raises(DeploymentError, match="refused: access managed unauthorized"):
        await stranger.call(
            community.deployment.registry, community_registry.Admit(stranger.address).calldata()
        )


def test_addresses_survive_as_json() -> None:
    deployment = Deployment(*(bytes([i]) * 20 for i in range(len(fields(Deployment)))))
    assert Deployment.from_json(deployment.to_json()) == deployment
    with pytest.raises(ValueError, match="ledger must be an address"):
        Deployment.from_json(deployment.to_json() | {"ledger": "0x00"})
    with pytest.raises(KeyError):
        Deployment.from_json({})


@pytest.mark.parametrize(
    ("nonce", "expected"),
    [
        # Anvil's and hardhat's first account; the addresses that everybody's first deployments get.
        (0, "5fbdb2315678afecb367f032d93f642f64180aa3"),
        (1, "e7f1725e7734ce288f8367e1bb143e90bb3f0512"),
        (2, "9fe46736679d2d9a65f0992f2272de9f3c7fa6e0"),
    ],
)
def test_contract_address(nonce: int, expected: str) -> None:
    deployer = bytes.fromhex("f39fd6e51aad88f6f4ce6ab8827279cfffb92266")
    assert contract_address(deployer, nonce).hex() == expected
