"""Hashing over 32-byte words: what Solidity's ``keccak256(abi.encode(...))`` does to static values."""

from functools import cache

from eth_hash.auto import keccak

WORD = 32


def encode_words(*values: int | bytes) -> bytes:
    """Return ``abi.encode`` of static values: an int as uint256, 32 bytes as bytes32, 20 bytes as address.

    The caller keeps narrower unsigned types within their bounds; their word is the same. Raises ValueError for bytes
    of another length and OverflowError for an int outside 0 … 2^256 - 1.
    """
    return b"".join(map(_word, values))


def _word(value: int | bytes) -> bytes:
    if isinstance(value, int):
        return value.to_bytes(WORD)
    if len(value) == WORD:
        return value
    if len(value) == 20:
        return value.rjust(WORD, b"\0")
    raise ValueError(f"only 32 bytes (bytes32) or 20 bytes (address) make a word, not {len(value)} bytes")


def signed_word(value: int) -> bytes:
    """Return the word of a signed integer (int8 … int256): two's complement; OverflowError outside int256."""
    return value.to_bytes(WORD, signed=True)


def decode_int(word: bytes, bits: int) -> int:
    """Read a word as a signed integer of ``bits`` bits; ValueError if it does not fit (as Solidity reverts)."""
    value = int.from_bytes(word, signed=True)
    if not -(1 << bits - 1) <= value < 1 << bits - 1:
        raise ValueError(f"{value} does not fit into {bits} bits with a sign")
    return value


def decode_words(data: bytes, count: int) -> list[bytes]:
    """Split ``abi.encode`` of exactly ``count`` static values into its words; ValueError for any other length."""
    if len(data) != count * WORD:
        raise ValueError(f"expected {count} words of 32 bytes, got {len(data)} bytes")
    return [data[at : at + WORD] for at in range(0, len(data), WORD)]


def decode_uint(word: bytes, bits: int) -> int:
    """Read a word as an unsigned integer of ``bits`` bits; ValueError if it does not fit (as Solidity reverts)."""
    value = int.from_bytes(word)
    if value >> bits:
        raise ValueError(f"{value} does not fit into {bits} bits")
    return value


def require_uint(name: str, value: int, bits: int) -> None:
    """Raise ValueError, naming the value, unless ``0 <= value < 2^bits``."""
    if value < 0 or value >> bits:
        raise ValueError(f"{name} must be 0 … 2^{bits} - 1, not {value}")


def require_bytes32(name: str, value: bytes) -> None:
    """Raise ValueError, naming the value, unless it is 32 bytes."""
    if len(value) != WORD:
        raise ValueError(f"{name} must be 32 bytes, not {len(value)}")


def hash_words(*values: int | bytes) -> bytes:
    """Return ``keccak256(abi.encode(values))`` of static values (see encode_words)."""
    return keccak(encode_words(*values))


@cache
def tag(text: str) -> bytes:
    """Return the domain tag ``keccak256(bytes(text))``, the first word of every hash of the protocol."""
    return keccak(text.encode())
