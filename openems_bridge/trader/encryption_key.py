"""The key that suggestions are encrypted to: it follows from the meter's secret, so it is kept and backed up with it."""

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from eth_hash.auto import keccak

from dems_protocol.contracts.suggestions import EncryptionKeyAt
from dems_protocol.market.orders import EncryptionKey
from dems_protocol.words import tag
from openems_bridge.trader.market_contracts import MarketContracts
from openems_bridge.trader.market_operator import MarketOperator

if TYPE_CHECKING:
    from dems_node.chain.client import ChainClient
    from dems_protocol.commitments import MeterSecret
    from dems_protocol.signatures import Signature

AGAIN_SECONDS = 600.0
_SLOTS_AHEAD = 2
_LOGGER = logging.getLogger(__name__)


def suggestion_key(secret: MeterSecret) -> X25519PrivateKey:
    """Return the household's X25519 key."""
    return X25519PrivateKey.from_private_bytes(keccak(tag("DEMS suggestion key v1") + secret.material))


class KeyAnnouncer:
    """Sees to it that the chain knows the key. ``now`` is UTC s; ``first_slot`` the first one whose gate has not come."""

    def __init__(
        self,
        *,
        contracts: MarketContracts,
        client: ChainClient,
        operator: MarketOperator,
        meter: bytes,
        key: X25519PrivateKey,
        sign: Callable[[bytes], Signature],
        first_slot: Callable[[], int],
        now: Callable[[], float],
    ) -> None:
        self._contracts = contracts
        self._client = client
        self._operator = operator
        self._meter = meter
        self._public = key.public_key().public_bytes_raw()
        self._sign = sign
        self._first_slot = first_slot
        self._now = now
        self._again_at = float("-inf")
        self._known = False

    async def step(self) -> None:
        """Announce the key if the chain has another one, or none. Raises OperatorError, ChainError, KeysUnusable."""
        where = self._contracts.suggestions
        if where is None or self._known or self._now() < self._again_at:
            return
        start = self._first_slot() + _SLOTS_AHEAD
        if await self._client.read(where, EncryptionKeyAt(self._meter, start)) == self._public:
            self._known = True
            return
        digest = self._contracts.domain.digest(EncryptionKey(self._meter, self._public, start).struct_hash())
        signature = await asyncio.to_thread(self._sign, digest)
        await self._operator.announce_key(self._meter, self._public, start, signature)
        self._again_at = self._now() + AGAIN_SECONDS
        _LOGGER.info("Suggestions for the battery are asked for from slot %d on", start)
