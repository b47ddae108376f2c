"""A meter's key and its secret, as they are kept together: the key in software, or a reference into a TPM."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from dems_node.keys.errors import KeysUnusable
from dems_protocol.commitments import MeterSecret
from dems_protocol.signatures import PublicKey, Scheme, Signer, SoftwareSigner

_VERSION = 1
_SECRET_BYTES = 32
_NOT_OURS = "What is kept as the meter's key is not in a form that this version knows: restore the backup."


@dataclass(frozen=True, slots=True)
class TpmKeyReference:
    """Where a TPM holds a key (a persistent handle), its public half (P-256), and what authorises its use."""

    handle: int
    public_key: PublicKey
    authorisation: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class MeterKeys:
    """What one meter signs with and draws its blindings from. Neither is in the representation."""

    key: SoftwareSigner | TpmKeyReference
    secret: MeterSecret = field(repr=False)

    @property
    def public_key(self) -> PublicKey:
        """The public half of the key."""
        return self.key.public_key

    def signer(self, of_tpm: Callable[[TpmKeyReference], Signer]) -> Signer:
        """Return what signs; ``of_tpm`` makes it for a key in a TPM."""
        return of_tpm(self.key) if isinstance(self.key, TpmKeyReference) else self.key

    def encode(self) -> bytes:
        """Return the form in which a store keeps it: JSON that holds the secrets in clear."""
        public = self.public_key
        fields: dict[str, Any] = {
            "version": _VERSION,
            "scheme": int(public.scheme),
            "x": f"{public.x:064x}",
            "y": f"{public.y:064x}",
            "secret": self.secret.material.hex(),
        }
        match self.key:
            case SoftwareSigner(private_key=private_key):
                fields["private_key"] = f"{private_key:064x}"
            case TpmKeyReference(handle=handle, authorisation=authorisation):
                fields |= {"handle": handle, "authorisation": authorisation.hex()}
        return json.dumps(fields, separators=(",", ":")).encode()

    @classmethod
    def decode(cls, data: bytes) -> MeterKeys:
        """Read what ``encode`` wrote. Raises KeysUnusable, which shows nothing of it."""
        try:
            fields = json.loads(data)
            if fields["version"] != _VERSION:
                raise KeysUnusable(_NOT_OURS)
            public = PublicKey(Scheme(fields["scheme"]), int(fields["x"], 16), int(fields["y"], 16))
            secret = MeterSecret(bytes.fromhex(fields["secret"]))
            key: SoftwareSigner | TpmKeyReference
            if "private_key" in fields:
                key = SoftwareSigner.from_private_key(public.scheme, int(fields["private_key"], 16))
            else:
                key = TpmKeyReference(fields["handle"], public, bytes.fromhex(fields["authorisation"]))
        except ValueError, TypeError, KeyError:
            raise KeysUnusable(_NOT_OURS) from None
        if key.public_key != public:
            raise KeysUnusable(
                "The meter's private key does not belong to its public key: restore the backup."
            )
        return cls(key, secret)


def new_software_key(scheme: Scheme) -> SoftwareSigner:
    """Return a fresh random key of a scheme."""
    while True:
        try:
            return SoftwareSigner.from_private_key(scheme, int.from_bytes(secrets.token_bytes(32)))
        except ValueError:
            continue  # rare: the draw was not below the order


def new_meter_secret() -> MeterSecret:
    """Return 32 fresh random bytes for the blindings of a meter."""
    return MeterSecret(secrets.token_bytes(_SECRET_BYTES))
