"""What the bridge reads from the community's contracts: addresses, terms, what the registry says of meters.

Raises what the chain's client raises (`dems_node.chain.errors`), and NotThisCommunity where the chain contradicts.
"""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from eth_hash.auto import keccak

from dems_protocol.contracts import (
    challenges,
    community_registry,
    demands,
    direct_inclusion,
    meter_ledger,
    netting,
    renewable_energy_account,
)
from dems_protocol.contracts.abi import MalformedData
from dems_protocol.contracts.structs import MeterAtSlot
from dems_protocol.curve import Point
from dems_protocol.leaves import MeterRecord
from dems_protocol.signatures import PublicKey, Scheme
from dems_protocol.typed_data import LedgerDomain
from dems_protocol.words import encode_words
from openems_bridge.ledger.community import Contracts, Terms

if TYPE_CHECKING:
    from dems_node.chain.client import ChainClient

READS_AT_ONCE = 8


class NotThisCommunity(Exception):
    """The chain says something else than the invitation or the operator; ``code`` is stable, the text names both."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def record_of(found: MeterAtSlot) -> MeterRecord | None:
    """Return what the registry says of a meter for a slot; None where it belongs to nobody then."""
    if not any(found.household):
        return None
    key = PublicKey(Scheme(found.key.scheme), found.key.x, found.key.y)
    return MeterRecord(found.household, key, found.plant_power_watts)


class ContractReader:
    """Reads one community's contracts through a node."""

    def __init__(self, client: ChainClient, contracts: Contracts) -> None:
        self._client = client
        self._contracts = contracts

    async def record(self, meter: bytes, slot: int) -> MeterRecord | None:
        """Return what the registry says of a meter for a slot, None if it belongs to nobody then."""
        found = await self._client.read(self._contracts.registry, community_registry.MeterAt(meter, slot))
        return record_of(found)

    async def records(self, meters: Iterable[bytes], slot: int) -> dict[bytes, MeterRecord | None]:
        """Return what the registry says of several meters for a slot."""
        found: dict[bytes, MeterRecord | None] = {}
        wanted = list(meters)
        for at in range(0, len(wanted), READS_AT_ONCE):
            chunk = wanted[at : at + READS_AT_ONCE]
            records = await asyncio.gather(*(self.record(meter, slot) for meter in chunk))
            found.update(zip(chunk, records, strict=True))
        return found

    async def meter_at(self, meter: bytes, slot: int) -> MeterAtSlot:
        """Return what the registry says of a meter at a slot: zeros where it belongs to nobody then."""
        return await self._client.read(self._contracts.registry, community_registry.MeterAt(meter, slot))

    async def was_registered(self, key_id: bytes) -> bool:
        """Say whether a key is, or was, any meter's."""
        return any(await self._client.read(self._contracts.registry, community_registry.MeterOfKey(key_id)))

    async def change_nonce(self, meter: bytes) -> int:
        """Return the nonce of the next change that the household signs for its meter."""
        return await self._client.read(self._contracts.registry, community_registry.Nonces(meter))

    async def operator_at(self, slot: int) -> bytes:
        """Return the meter operator's account for a slot."""
        return await self._client.read(self._contracts.registry, community_registry.OperatorAt(slot))

    async def is_sealing_key(self, key: Point, slot: int) -> bool:
        """Say whether openings of a slot are sealed to this key."""
        found = await self._client.read(self._contracts.registry, community_registry.SealingKeyHashAt(slot))
        return found == keccak(encode_words(key.x, key.y))

    async def deposit_of(self, account: bytes) -> int:
        """Return what an account has in the ledger for deposits and bonds, in the currency's smallest unit."""
        return await self._client.read(self._contracts.ledger, meter_ledger.BalanceOf(account))


async def read_contracts(client: ChainClient, domain: LedgerDomain, registry: bytes) -> Contracts:
    """Return a ledger's contracts as it names them itself, so that only its address has to be trusted.

    Raises NotThisCommunity where there is no ledger, or it has another registry than the invitation.
    """
    ledger = domain.ledger
    if not await client.code(ledger):
        raise NotThisCommunity(
            "no_ledger", f"There is no contract at 0x{ledger.hex()} on chain {domain.chain_id}."
        )
    try:
        found = await client.read(ledger, meter_ledger.Registry())
        parts = Contracts(
            registry=found,
            ledger=ledger,
            challenges=await client.read(ledger, meter_ledger.Challenges()),
            demands=await client.read(ledger, meter_ledger.Demands()),
            direct_inclusion=await client.read(ledger, meter_ledger.DirectInclusion()),
            currency=await client.read(ledger, meter_ledger.Currency()),
            netting=bytes(20),
            account=bytes(20),
            certificates=bytes(20),
        )
        separator = await client.read(ledger, meter_ledger.DomainSeparator())
    except MalformedData:
        raise NotThisCommunity(
            "no_ledger", f"The contract at 0x{ledger.hex()} is no meter ledger of DEMS."
        ) from None
    if separator != domain.separator():
        raise NotThisCommunity(
            "no_ledger", f"The contract at 0x{ledger.hex()} signs under another domain than DEMS 1."
        )
    if found != registry:
        raise NotThisCommunity(
            "other_registry",
            f"The ledger's registry is 0x{found.hex()}, the invitation names 0x{registry.hex()}.",
        )
    return parts


async def read_terms(client: ChainClient, contracts: Contracts) -> Terms:
    """Return what was fixed at deployment."""
    ledger = contracts.ledger
    return Terms(
        slot_seconds=await client.read(ledger, meter_ledger.SlotSeconds()),
        publish_seconds=await client.read(ledger, meter_ledger.PublishSeconds()),
        publish_limit_seconds=await client.read(ledger, meter_ledger.PublishLimitSeconds()),
        challenge_seconds=await client.read(ledger, meter_ledger.ChallengeSeconds()),
        challenge_blocks=await client.read(ledger, meter_ledger.ChallengeBlocks()),
        answer_seconds=await client.read(ledger, meter_ledger.AnswerSeconds()),
        answer_blocks=await client.read(ledger, meter_ledger.AnswerBlocks()),
        replace_seconds=await client.read(ledger, meter_ledger.ReplaceSeconds()),
        replace_blocks=await client.read(ledger, meter_ledger.ReplaceBlocks()),
        open_seconds=await client.read(contracts.netting, netting.OpenSeconds()),
        open_blocks=await client.read(contracts.netting, netting.OpenBlocks()),
        minimum_owners=await client.read(contracts.netting, netting.MinimumOwners()),
        inclusion_deposit=await client.read(contracts.direct_inclusion, direct_inclusion.InclusionDeposit()),
        demand_bond=await client.read(contracts.demands, demands.DemandBond()),
        maximum_certificate_seconds=await client.read(
            contracts.account, renewable_energy_account.MaximumPeriodSeconds()
        ),
    )


async def require_of_ledger(client: ChainClient, contracts: Contracts) -> bytes:
    """Check that every contract belongs to the ledger; return the certificates' address.

    Netting and account are named by the operator, not by the ledger. Raises NotThisCommunity.
    """
    try:
        owners = {
            "netting": await client.read(contracts.netting, netting.Ledger()),
            "account": await client.read(contracts.account, renewable_energy_account.Ledger()),
            "challenges": await client.read(contracts.challenges, challenges.Ledger()),
        }
        certificates = await client.read(contracts.account, renewable_energy_account.Certificates())
    except MalformedData:
        raise NotThisCommunity(
            "no_contract", "The operator names addresses at which the community's contracts are not."
        ) from None
    for name, owner in owners.items():
        if owner != contracts.ledger:
            raise NotThisCommunity(
                "other_ledger",
                f"The contract that the operator names as {name} belongs to the ledger 0x{owner.hex()}.",
            )
    return certificates
