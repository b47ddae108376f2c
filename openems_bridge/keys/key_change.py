"""The household's consent to a new key of its meter, without which the registry waits for its delay.

Source: ``CommunityRegistry.changeKey`` (contracts/src), EIP-712.
"""

from dataclasses import dataclass

from eth_hash.auto import keccak

from dems_node.keys.account import AccountKey
from dems_protocol.signatures import PublicKey, Signature
from dems_protocol.typed_data import DOMAIN_TYPE
from dems_protocol.words import hash_words, require_bytes32, require_uint, tag

REGISTRY_NAME = "DEMS registry"
REGISTRY_VERSION = "1"
KEY_CHANGE_TYPE = "KeyChange(bytes32 meter,bytes32 key,uint64 from,uint256 nonce)"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChange:
    """A change of a meter's key from slot ``from_slot`` on.

    ``registry`` is the contract's address (20 bytes), ``meter`` the meter's id (32 bytes), ``nonce`` what the registry's
    ``nonces(meter)`` says. Raises ValueError for values that do not fit.
    """

    chain_id: int
    registry: bytes
    meter: bytes
    key: PublicKey
    from_slot: int
    nonce: int

    def __post_init__(self) -> None:
        require_uint("chain id", self.chain_id, 256)
        if len(self.registry) != 20:
            raise ValueError(f"the registry's address must be 20 bytes, not {len(self.registry)}")
        require_bytes32("meter id", self.meter)
        require_uint("slot", self.from_slot, 64)
        require_uint("nonce", self.nonce, 256)

    def digest(self) -> bytes:
        """Return what the household's account signs (32 bytes)."""
        separator = hash_words(
            tag(DOMAIN_TYPE),
            keccak(REGISTRY_NAME.encode()),
            keccak(REGISTRY_VERSION.encode()),
            self.chain_id,
            self.registry,
        )
        change = hash_words(tag(KEY_CHANGE_TYPE), self.meter, self.key.key_id(), self.from_slot, self.nonce)
        return keccak(b"\x19\x01" + separator + change)

    def signed_by(self, account: AccountKey) -> Signature:
        """Return the household's consent, as the registry accepts it once."""
        return account.sign(self.digest())
