"""The chain as the check of a proof file asks it. The ledger names its own parts; nothing else is taken from the file."""

from typing import TYPE_CHECKING

from dems_protocol.contracts import community_registry, direct_inclusion, meter_ledger, netting
from dems_protocol.contracts.abi import MalformedData
from dems_protocol.contracts.conversions import to_published
from dems_protocol.leaves import MeterRecord
from dems_protocol.netting import Netting
from dems_protocol.statements import Statement
from openems_bridge.ledger.contract_reading import NotThisCommunity, record_of
from openems_bridge.ledger.proof_file import ProofFile

if TYPE_CHECKING:
    from dems_node.chain.client import ChainClient


class ProofChain:
    """Asks one ledger's contracts. Every call raises what the chain's client raises."""

    def __init__(
        self, client: ChainClient, *, ledger: bytes, registry: bytes, inclusions: bytes, nettings: bytes
    ) -> None:
        self._client = client
        self._ledger = ledger
        self._registry = registry
        self._inclusions = inclusions
        self._nettings = nettings

    @classmethod
    async def of(cls, client: ChainClient, file: ProofFile) -> ProofChain:
        """Return the chain's view of a file's ledger. Raises NotThisCommunity where the contracts do not fit."""
        await client.identity()
        ledger = file.domain.ledger
        try:
            registry = await client.read(ledger, meter_ledger.Registry())
            inclusions = await client.read(ledger, meter_ledger.DirectInclusion())
            separator = await client.read(ledger, meter_ledger.DomainSeparator())
            owner = await client.read(file.netting, netting.Ledger())
        except MalformedData:
            raise NotThisCommunity(
                "no_ledger", f"There is no meter ledger of DEMS at 0x{ledger.hex()} on this chain."
            ) from None
        if separator != file.domain.separator() or owner != ledger:
            raise NotThisCommunity(
                "other_ledger", "The file's ledger and netting contracts do not belong together."
            )
        return cls(client, ledger=ledger, registry=registry, inclusions=inclusions, nettings=file.netting)

    async def record(self, slot: int) -> bytes:
        """Return the record of a slot's current statement, zeros where there is none."""
        return await self._client.read(self._ledger, meter_ledger.Records(slot))

    async def is_final(self, statement: Statement, published_at: int, published_block: int) -> bool:
        """Return whether the statement can no longer fall."""
        published = to_published(statement, published_at, published_block)
        return await self._client.read(self._ledger, meter_ledger.IsFinal(published))

    async def meter(self, meter: bytes, slot: int) -> MeterRecord | None:
        """Return what the registry says of a meter for a slot."""
        return record_of(await self._client.read(self._registry, community_registry.MeterAt(meter, slot)))

    async def inclusion(self, slot: int, meter: bytes) -> bytes:
        """Return the hash of a meter's direct inclusion, zeros where there is none."""
        return await self._client.read(self._inclusions, direct_inclusion.Inclusions(slot, meter))

    async def netting(self, slot: int) -> Netting | None:
        """Return the opened sums of a slot, None where they were not opened."""
        withdrawal, feed_in, opened = await self._client.read(self._nettings, netting.Sums(slot))
        return Netting(withdrawal, feed_in) if opened else None
