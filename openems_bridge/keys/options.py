"""What the owner configures about the keys."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class StoreKind(StrEnum):
    """Where secrets are kept."""

    KEYRING = "keyring"
    FILE = "file"


class MeterKeyKind(StrEnum):
    """What a meter key is: in software on one of two curves, or in a TPM (P-256)."""

    SECP256K1 = "secp256k1"
    P256 = "p256"
    TPM = "tpm"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOptions:
    """The ``keys`` section. ``store`` None: the operating system's keyring where there is one, else a file.

    ``passphrase_file`` holds the passphrase of the keystore files; a keyring needs none. ``tcti`` names the way to the
    TPM as tpm2-tools do (``device:/dev/tpmrm0``); None: their default.
    """

    store: StoreKind | None = None
    passphrase_file: Path | None = None
    meter_key: MeterKeyKind = MeterKeyKind.SECP256K1
    tcti: str | None = None
