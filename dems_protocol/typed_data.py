"""EIP-712: the domain that ties every signed message to one chain and one meter ledger."""

from dataclasses import dataclass

from eth_hash.auto import keccak

from dems_protocol.words import hash_words, require_uint, tag

DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
DOMAIN_NAME = "DEMS"
DOMAIN_VERSION = "1"


@dataclass(frozen=True, slots=True)
class LedgerDomain:
    """One meter ledger on one chain (docs/protocol.md section 4).

    ``ledger`` is the contract's address as 20 bytes. Raises ValueError for another length or a chain id of 0 or less.
    """

    chain_id: int
    ledger: bytes

    def __post_init__(self) -> None:
        require_uint("chain id", self.chain_id, 256)
        if not self.chain_id:
            raise ValueError("chain id must not be 0")
        if len(self.ledger) != 20:
            raise ValueError(f"the ledger's address must be 20 bytes, not {len(self.ledger)}")

    def separator(self) -> bytes:
        """Return the EIP-712 domain separator."""
        return hash_words(
            tag(DOMAIN_TYPE),
            keccak(DOMAIN_NAME.encode()),
            keccak(DOMAIN_VERSION.encode()),
            self.chain_id,
            self.ledger,
        )

    def digest(self, struct_hash: bytes) -> bytes:
        """Return what is signed: ``keccak256(0x1901 || separator || hashStruct)``."""
        return keccak(b"\x19\x01" + self.separator() + struct_hash)
