"""The client's half of pairing: proofs of knowing the code, bound to the certificate that was shown.

docs/api.md, Pairing. Nothing here does I/O; ``derive_key`` takes a tenth of a second and belongs in the executor.
"""

import hashlib
import hmac
from dataclasses import dataclass

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans("ILO", "110", "- ")
_CODE_LENGTH = 12


class InvalidCode(ValueError):
    """What was typed cannot be a pairing code."""


def canonical_code(typed: str) -> str:
    """Return the code as both sides hash it: upper case, without dashes and spaces, I and L as 1, O as 0.

    Raises InvalidCode if that is not twelve characters of Crockford's base 32.
    """
    code = typed.strip().upper().translate(_LOOKALIKES)
    if len(code) != _CODE_LENGTH or not set(code) <= set(_ALPHABET):
        raise InvalidCode
    return code


def derive_key(code: str, salt: bytes) -> bytes:
    """Stretch the canonical code to 32 bytes with scrypt (n = 2^14, r = 8, p = 1). Blocks for about 50 ms."""
    return hashlib.scrypt(code.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What both sides must have seen alike. ``fingerprint`` is of the certificate that the client was really shown."""

    pairing_id: str
    client_nonce: bytes
    server_nonce: bytes
    fingerprint: bytes

    def _proof(self, key: bytes, label: bytes) -> str:
        seen = self.pairing_id.encode() + b"\0" + self.client_nonce + self.server_nonce + self.fingerprint
        return hmac.new(key, label + seen, hashlib.sha256).hexdigest()

    def client_proof(self, key: bytes) -> str:
        """Return what the client sends to ``finish``, hex."""
        return self._proof(key, b"dems-pair-client")

    def is_server_proof(self, key: bytes, proof: str) -> bool:
        """Tell whether the bridge has shown that it knows the code and holds the certificate's key."""
        return hmac.compare_digest(self._proof(key, b"dems-pair-server").encode(), proof.encode())
