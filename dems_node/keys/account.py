"""An account's key: secp256k1, signs transactions and typed messages. The account is known by its address."""

import secrets
from collections.abc import Mapping
from typing import Any, NoReturn, override

from eth_utils.address import to_checksum_address

from dems_node.keys.errors import KeysUnusable
from dems_protocol.signatures import PublicKey, Scheme, Signature, SoftwareSigner


class AccountKey:
    """A private key that shows only its address: no repr, dump or pickle carries it.

    Raises KeysUnusable, without the key, for anything but 32 bytes between 0 and the order of the curve.
    """

    __slots__ = ("_signer",)

    def __init__(self, private_key: bytes) -> None:
        if len(private_key) != 32:
            raise KeysUnusable(f"An account's key must have 32 bytes, not {len(private_key)}.")
        try:
            self._signer = SoftwareSigner.from_private_key(Scheme.SECP256K1, int.from_bytes(private_key))
        except ValueError:
            raise KeysUnusable("An account's key must lie between 0 and the order of secp256k1.") from None

    @classmethod
    def new(cls) -> AccountKey:
        """Return a fresh random key."""
        while True:
            try:
                return cls(secrets.token_bytes(32))
            except KeysUnusable:
                continue  # once in 2^128 draws

    @property
    def address(self) -> str:
        """The account's address, 0x… with its checksum (EIP-55)."""
        return str(to_checksum_address(self._signer.public_key.address()))

    @property
    def public_key(self) -> PublicKey:
        """The public half."""
        return self._signer.public_key

    def sign(self, digest: bytes) -> Signature:
        """Return the normalised signature of a digest of 32 bytes (of a typed message)."""
        return self._signer.sign(digest)

    def sign_transaction(self, transaction: Mapping[str, Any]) -> tuple[bytes, bytes]:
        """Return the raw signed transaction and its hash (32 bytes). Raises TypeError or ValueError for an unusable one."""
        from eth_account import Account

        signed = Account.sign_transaction(dict(transaction), self.private_key())
        return bytes(signed.raw_transaction), bytes(signed.hash)

    def private_key(self) -> bytes:
        """Return the key itself, for the store that keeps it and nobody else."""
        return self._signer.private_key.to_bytes(32)

    @override
    def __repr__(self) -> str:
        return f"AccountKey({self.address})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an account's key is not pickled")
