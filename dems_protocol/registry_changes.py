"""What a household signs for the registry: its meter gets another key, or leaves. Without its signature either waits.

Source: ``CommunityRegistry.changeKey`` and ``changeHousehold`` (contracts/src), EIP-712 under the registry's own domain.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from eth_hash.auto import keccak

from dems_protocol.membership import parse_hex
from dems_protocol.signatures import SIGNATURE_BYTES, PublicKey, Scheme, Signature
from dems_protocol.typed_data import DOMAIN_TYPE
from dems_protocol.words import hash_words, require_bytes32, require_uint, tag

HOUSEHOLD_CHANGE_TYPE = "HouseholdChange(bytes32 meter,address household,uint64 from,uint256 nonce)"
KEY_CHANGE_TYPE = "KeyChange(bytes32 meter,bytes32 key,uint64 from,uint256 nonce)"
REGISTRY_NAME = "DEMS registry"
REGISTRY_VERSION = "1"
_NOBODY = bytes(20)


@dataclass(frozen=True, slots=True)
class HouseholdChange:
    """A meter's move to another household, or out of the community, as its household signs it for the registry.

    ``first_slot`` is where it begins to hold, ``nonce`` the registry's for the meter.
    """

    meter: bytes
    first_slot: int
    nonce: int
    household: bytes = _NOBODY

    def digest(self, chain_id: int, registry: bytes) -> bytes:
        """Return what the account signs (32 bytes); ``registry`` is the contract's address (20 bytes)."""
        return _digest(
            chain_id,
            registry,
            hash_words(tag(HOUSEHOLD_CHANGE_TYPE), self.meter, self.household, self.first_slot, self.nonce),
        )


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A meter's new key from slot ``first_slot`` on, as its household signs it for the registry.

    ``nonce`` is what the registry's ``nonces(meter)`` says. Raises ValueError for values that do not fit.
    """

    meter: bytes
    key: PublicKey
    first_slot: int
    nonce: int

    def __post_init__(self) -> None:
        require_bytes32("meter id", self.meter)
        require_uint("slot", self.first_slot, 64)
        require_uint("nonce", self.nonce, 256)

    def digest(self, chain_id: int, registry: bytes) -> bytes:
        """Return what the account signs (32 bytes); ValueError for an address that has not 20 bytes."""
        require_uint("chain id", chain_id, 256)
        if len(registry) != 20:
            raise ValueError(f"the registry's address must be 20 bytes, not {len(registry)}")
        return _digest(
            chain_id,
            registry,
            hash_words(tag(KEY_CHANGE_TYPE), self.meter, self.key.key_id(), self.first_slot, self.nonce),
        )


@dataclass(frozen=True, slots=True)
class SignedKeyChange:
    """A change of a meter's key as it travels. Without ``signature`` it has to wait for the registry's delay."""

    meter: bytes
    key: PublicKey
    first_slot: int
    signature: Signature | None

    def to_json(self) -> dict[str, Any]:
        """Return it as a JSON document."""
        document: dict[str, Any] = {
            "meter": f"0x{self.meter.hex()}",
            "key": {"scheme": int(self.key.scheme), "x": f"{self.key.x:#066x}", "y": f"{self.key.y:#066x}"},
            "from": self.first_slot,
        }
        if self.signature is not None:
            document["signature"] = f"0x{self.signature.encode().hex()}"
        return document

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read `to_json`'s output; ValueError says what is wrong. Other members of the document are ignored."""
        try:
            key, first_slot = document["key"], document["from"]
            scheme, signature = key["scheme"], document.get("signature")
            if type(first_slot) is not int or type(scheme) is not int:
                raise ValueError("from and scheme must be whole numbers")
            require_uint("from", first_slot, 64)
            return cls(
                _octets(document["meter"], 32),
                PublicKey(
                    Scheme(scheme),
                    int.from_bytes(_octets(key["x"], 32)),
                    int.from_bytes(_octets(key["y"], 32)),
                ),
                first_slot,
                None if signature is None else Signature.decode(_octets(signature, SIGNATURE_BYTES)),
            )
        except KeyError as error:
            raise ValueError(f"the change of a key lacks {error.args[0]}") from None
        except (AttributeError, TypeError) as error:
            raise ValueError(f"this is no change of a key ({error})") from None


def _octets(value: object, length: int) -> bytes:
    if not isinstance(value, str):
        raise ValueError(f"expected 0x and {2 * length} hex digits")
    return parse_hex(value, length)


def _digest(chain_id: int, registry: bytes, struct_hash: bytes) -> bytes:
    separator = hash_words(
        tag(DOMAIN_TYPE),
        keccak(REGISTRY_NAME.encode()),
        keccak(REGISTRY_VERSION.encode()),
        chain_id,
        registry,
    )
    return keccak(b"\x19\x01" + separator + struct_hash)
