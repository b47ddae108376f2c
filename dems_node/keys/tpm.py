"""Meter keys in a TPM 2.0, through tpm2-tools (5.x). The private key is made in the TPM and never leaves it.

A key is an ECDSA key on P-256 (TPMs have no secp256k1) below the owner hierarchy's ECC primary, with ``fixedtpm`` and
``fixedparent``, made persistent. A random authorisation value goes with it, so that who may open the TPM's device can
still not sign. All calls block, up to the time-outs; ``TpmSigner`` is a ``dems_protocol.signatures.Signer``.
"""

import os
import re
import secrets
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from dems_node.keys.errors import TpmFailed, TpmKeyLost, TpmUnavailable
from dems_node.keys.meter import TpmKeyReference
from dems_protocol.signatures import PublicKey, Scheme, Signature, is_signed_by, normalised

FIRST_HANDLE = 0x81080000
"""Above the handles that the TCG's registry reserves for storage roots and endorsement keys (0x8100…, 0x8101…)."""
_HANDLES_TRIED = 256
_SIGN_SECONDS = 20.0
_CREATE_SECONDS = 60.0
_ATTRIBUTES = "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|sign"
_ON_LINE = re.compile(r"^ERROR: (.+)$", re.MULTILINE)


class Tpm:
    """One TPM. Calls from several threads queue: a TPM without a resource manager has room for three objects.

    ``tcti`` names the way to it as tpm2-tools' option -T does (``device:/dev/tpmrm0``); None: their default.
    """

    def __init__(self, tcti: str | None = None) -> None:
        self._tcti = tcti
        self._lock = threading.Lock()

    def create_key(self) -> TpmKeyReference:
        """Make a key in the TPM at the first free persistent handle. Raises TpmUnavailable, TpmFailed."""
        authorisation = secrets.token_hex(16).encode()  # as text, which tpm2-tools takes as it is
        with self._lock, TemporaryDirectory(prefix="dems-tpm-") as name:
            folder = Path(name)
            handle = self._free_handle(folder)
            try:
                self._create_at(handle, authorisation, folder)
            finally:
                self._free_memory(folder)
            return TpmKeyReference(handle, self._read_public(handle, folder), authorisation)

    def public_key(self, handle: int) -> PublicKey:
        """Return the public half of the key at a handle. Raises TpmKeyLost, TpmUnavailable, TpmFailed."""
        with self._lock, TemporaryDirectory(prefix="dems-tpm-") as name:
            folder = Path(name)
            if handle not in self._persistent_handles(folder):
                raise TpmKeyLost(_lost(handle))
            return self._read_public(handle, folder)

    def sign(self, reference: TpmKeyReference, digest: bytes) -> Signature:
        """Return the normalised signature of a digest of 32 bytes.

        Raises TpmUnavailable, TpmFailed, and TpmKeyLost where another key than the referenced one has signed.
        """
        if len(digest) != 32:
            raise ValueError(f"a digest has 32 bytes, not {len(digest)}")
        with self._lock, TemporaryDirectory(prefix="dems-tpm-") as name:
            folder = Path(name)
            (folder / "digest").write_bytes(digest)
            what = (
                "tpm2_sign",
                "-c",
                f"{reference.handle:#x}",
                "-p",
                "file:-",
                "-g",
                "sha256",
                "-s",
                "ecdsa",
                "-d",
            )
            self._call(
                folder, *what, "-f", "plain", "-o", "signature", "digest", stdin=reference.authorisation
            )
            signature = normalised(Scheme.P256, parse_signature((folder / "signature").read_bytes()))
        if not is_signed_by(reference.public_key, digest, signature):
            raise TpmKeyLost(_lost(reference.handle))
        return signature

    def remove_key(self, handle: int) -> None:
        """Remove the key at a handle for good. Raises TpmUnavailable, TpmFailed."""
        with self._lock, TemporaryDirectory(prefix="dems-tpm-") as name:
            self._call(Path(name), "tpm2_evictcontrol", "-C", "o", "-c", f"{handle:#x}")

    def _create_at(self, handle: int, authorisation: bytes, folder: Path) -> None:
        # Each step is a process of its own that leaves its object in the TPM's memory where no resource manager
        # removes it. There is room for three.
        self._call(folder, "tpm2_createprimary", "-C", "o", "-G", "ecc", "-c", "primary", "-Q")
        self._free_memory(folder)
        template = (
            "-G",
            "ecc256:ecdsa-sha256",
            "-a",
            _ATTRIBUTES,
            "-u",
            "public",
            "-r",
            "private",
            "-c",
            "key",
        )
        self._call(
            folder, "tpm2_create", "-C", "primary", "-p", "file:-", *template, "-Q", stdin=authorisation
        )
        self._free_memory(folder)
        self._call(folder, "tpm2_evictcontrol", "-C", "o", "-c", "key", f"{handle:#x}")

    def _free_memory(self, folder: Path) -> None:
        self._call(folder, "tpm2_flushcontext", "-t")

    def _free_handle(self, folder: Path) -> int:
        taken = self._persistent_handles(folder)
        for handle in range(FIRST_HANDLE, FIRST_HANDLE + _HANDLES_TRIED):
            if handle not in taken:
                return handle
        raise TpmFailed(
            f"All persistent handles from {FIRST_HANDLE:#x} on are taken: remove one (tpm2_evictcontrol)."
        )

    def _persistent_handles(self, folder: Path) -> frozenset[int]:
        listed = self._call(folder, "tpm2_getcap", "handles-persistent").decode(errors="replace")
        return frozenset(int(text, 16) for text in re.findall(r"0x[0-9A-Fa-f]+", listed))

    def _read_public(self, handle: int, folder: Path) -> PublicKey:
        self._call(folder, "tpm2_readpublic", "-c", f"{handle:#x}", "-f", "pem", "-o", "public.pem", "-Q")
        try:
            key = load_pem_public_key((folder / "public.pem").read_bytes())
        except ValueError, UnsupportedAlgorithm:
            raise TpmKeyLost(_lost(handle)) from None
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise TpmKeyLost(_lost(handle))
        numbers = key.public_numbers()
        return PublicKey(Scheme.P256, numbers.x, numbers.y)

    def _call(self, folder: Path, tool: str, *arguments: str, stdin: bytes = b"") -> bytes:
        tcti = () if self._tcti is None else ("-T", self._tcti)
        limit = _CREATE_SECONDS if tool in ("tpm2_create", "tpm2_createprimary") else _SIGN_SECONDS
        try:
            done = subprocess.run(  # noqa: S603 - the tool's name is ours, the arguments are checked
                (tool, *arguments, *tcti),
                input=stdin,
                capture_output=True,
                timeout=limit,
                cwd=folder,
                check=False,
            )
        except FileNotFoundError:
            raise TpmUnavailable(
                f"{tool} is not installed: install tpm2-tools 5 (apt install tpm2-tools), or keep the meter key in "
                "software."
            ) from None
        except subprocess.TimeoutExpired:
            raise TpmFailed(f"The TPM did not answer {tool} within {limit:.0f} s.") from None
        if done.returncode:
            raise _failure(tool, done.stderr.decode(errors="replace"))
        return done.stdout


@dataclass(frozen=True, slots=True)
class TpmSigner:
    """Signs with a key in a TPM (implements ``dems_protocol.signatures.Signer``)."""

    tpm: Tpm
    reference: TpmKeyReference

    @property
    def public_key(self) -> PublicKey:
        """The public half."""
        return self.reference.public_key

    def sign(self, digest: bytes) -> Signature:
        """Return the normalised signature of a digest of 32 bytes. Blocks; raises what ``Tpm.sign`` does."""
        return self.tpm.sign(self.reference, digest)


def parse_signature(data: bytes) -> Signature:
    """Read an ECDSA signature as tpm2-tools write it: DER (5.x) or the 64 bytes r ‖ s (before). Raises TpmFailed."""
    if len(data) == 64:
        return Signature(int.from_bytes(data[:32]), int.from_bytes(data[32:]), 0)
    try:
        r, s = decode_dss_signature(data)
    except ValueError:
        raise TpmFailed(
            f"tpm2_sign gave {len(data)} bytes that are no ECDSA signature: update tpm2-tools."
        ) from None
    return Signature(r, s, 0)


def _lost(handle: int) -> str:
    return (
        f"The TPM does not hold the meter's key at handle {handle:#x}: it was cleared, or it is another machine's. Make "
        "a new meter key (openems-bridge keys replace-meter-key), which the registry must be told."
    )


def _failure(tool: str, errors: str) -> TpmUnavailable | TpmFailed:
    said = _ON_LINE.findall(errors)
    told = said[0] if said else errors.strip().splitlines()[-1] if errors.strip() else "no reason given"
    if "tcti" in errors.lower():
        devices = [name for name in ("/dev/tpmrm0", "/dev/tpm0") if Path(name).exists()]
        if devices and not any(os.access(name, os.R_OK | os.W_OK) for name in devices):
            told = f"{devices[0]} may not be opened: add the bridge's user to the group tss"
        return TpmUnavailable(f"There is no TPM that can be reached ({told}).")
    return TpmFailed(f"The TPM refused {tool}: {told}.")
