"""An encrypted file: scrypt makes the key from a passphrase, AES-256-GCM in chunks encrypts and proves the content.

    magic | u32 length | header (JSON) | HMAC-SHA256 of the header | chunk 0 | chunk 1 | … | last chunk

Each chunk is 1 MiB of content with its 16-byte tag, the last one shorter, maybe empty. The nonce of a chunk is the
file's random prefix (7 bytes), the chunk's number (4) and whether it is the last (1): the STREAM construction (Hoang,
Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015), so chunks
can be neither dropped, moved, repeated nor cut off unnoticed. The header is associated data of every chunk. Its HMAC,
under the second half of scrypt's output, tells a wrong passphrase from a damaged content.
"""

import hashlib
import hmac
import io
import json
import os
from dataclasses import dataclass
from typing import IO, Any, override

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from dems_node.keys.errors import KeysUnusable, WrongPassphrase
from dems_node.keys.passphrase import Passphrase

MAGIC = b"DEMS sealed file\n"
FORMAT = 1
CHUNK_BYTES = 1024 * 1024
_TAG_BYTES = 16
_MAC_BYTES = 32
_PREFIX_BYTES = 7
_LONGEST_HEADER = 4096
_MOST_CHUNKS = 2**32


class NotSealed(KeysUnusable):
    """The file is none of ours, or of another kind than asked for."""


class SealedTooNew(KeysUnusable):
    """A newer version wrote the file."""


class SealedAltered(KeysUnusable):
    """The file is cut off, or a part of it was changed. Nothing of it is to be used."""


@dataclass(frozen=True, slots=True)
class ScryptCost:
    """Cost of scrypt (RFC 7914); the default takes 128 MiB once, as OWASP's password storage cheat sheet says."""

    n: int = 2**17
    r: int = 8
    p: int = 1

    def __post_init__(self) -> None:
        power_of_two = self.n > 1 and self.n & (self.n - 1) == 0
        if not power_of_two or self.r < 1 or self.p < 1 or self.n * self.r > 2**23 or self.p > 16:
            raise ValueError("scrypt: n must be a power of two, n * r at most 2^23 (1 GiB), p from 1 to 16")


def _keys(passphrase: Passphrase, salt: bytes, cost: ScryptCost) -> tuple[AESGCM, bytes]:
    """Return the cipher of the chunks and the key of the header's HMAC."""
    made = Scrypt(salt=salt, length=64, n=cost.n, r=cost.r, p=cost.p).derive(passphrase.reveal())
    return AESGCM(made[:32]), made[32:]


class SealedWriter(io.RawIOBase):
    """Encrypts what is written to it into ``target``. ``finish`` ends the file; without it the file is worthless."""

    def __init__(
        self, target: IO[bytes], kind: str, passphrase: Passphrase, cost: ScryptCost | None = None
    ) -> None:
        super().__init__()
        cost = cost or ScryptCost()
        salt, self._prefix = os.urandom(32), os.urandom(_PREFIX_BYTES)
        fields = {
            "format": FORMAT,
            "kind": kind,
            "kdf": {"name": "scrypt", "n": cost.n, "r": cost.r, "p": cost.p, "salt": salt.hex()},
            "cipher": "aes-256-gcm-stream",
            "nonce": self._prefix.hex(),
        }
        self._header = json.dumps(fields, separators=(",", ":")).encode()
        self._cipher, mac_key = _keys(passphrase, salt, cost)
        self._target, self._pending, self._number = target, bytearray(), 0
        target.write(MAGIC + len(self._header).to_bytes(4) + self._header)
        target.write(hmac.digest(mac_key, self._header, hashlib.sha256))

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: Any, /) -> int:
        self._pending += data
        # The last chunk is told apart by its nonce, so a full one waits until more is known to follow.
        while len(self._pending) > CHUNK_BYTES:
            self._write_chunk(bytes(self._pending[:CHUNK_BYTES]), last=False)
            del self._pending[:CHUNK_BYTES]
        return len(data)

    def finish(self) -> None:
        """Write the last chunk."""
        self._write_chunk(bytes(self._pending), last=True)
        self._pending.clear()

    def _write_chunk(self, content: bytes, *, last: bool) -> None:
        nonce = _nonce(self._prefix, self._number, last=last)
        self._target.write(self._cipher.encrypt(nonce, content, self._header))
        self._number += 1


class SealedReader(io.RawIOBase):
    """Decrypts ``source`` as it is read. What it has given is to be used only once its end was reached.

    Raises NotSealed, SealedTooNew, WrongPassphrase or SealedAltered from the constructor, SealedAltered from reading.
    """

    def __init__(self, source: IO[bytes], kind: str, passphrase: Passphrase) -> None:
        super().__init__()
        self._source = source
        self._header = _read_header(source)
        fields = _fields(self._header, kind)
        try:
            kdf, self._prefix = fields["kdf"], bytes.fromhex(fields["nonce"])
            cost, salt = ScryptCost(kdf["n"], kdf["r"], kdf["p"]), bytes.fromhex(kdf["salt"])
            known = len(self._prefix) == _PREFIX_BYTES and fields["cipher"] == "aes-256-gcm-stream"
        except KeyError, TypeError, ValueError:
            known = False
        if not known:
            raise SealedAltered("The beginning of the file is damaged. Take another copy of it.")
        self._cipher, mac_key = _keys(passphrase, salt, cost)
        mac = source.read(_MAC_BYTES)
        if not hmac.compare_digest(mac, hmac.digest(mac_key, self._header, hashlib.sha256)):
            raise WrongPassphrase(
                "The passphrase does not open this file (or the first bytes of the file were changed)."
            )
        self._chunk, self._number, self._ended = memoryview(b""), 0, False
        self._ahead = source.read(CHUNK_BYTES + _TAG_BYTES)

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Any, /) -> int:
        while not self._chunk and not self._ended:
            self._read_chunk()
        taken = self._chunk[: len(buffer)]
        self._chunk = self._chunk[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)

    def read_to_the_end(self) -> None:
        """Check what is left. Raises SealedAltered."""
        while self.read(CHUNK_BYTES):
            pass

    def _read_chunk(self) -> None:
        current, self._ahead = self._ahead, self._source.read(CHUNK_BYTES + _TAG_BYTES)
        last = not self._ahead
        try:
            content = self._cipher.decrypt(
                _nonce(self._prefix, self._number, last=last), current, self._header
            )
        except InvalidTag:
            raise SealedAltered(
                "The file is cut off, or a part of it was changed. Nothing was taken from it: use another copy."
            ) from None
        self._chunk, self._ended = memoryview(content), last
        self._number += 1


def seal(
    content: bytes, target: IO[bytes], kind: str, passphrase: Passphrase, cost: ScryptCost | None = None
) -> None:
    """Encrypt a whole content. Takes scrypt's time and memory."""
    writer = SealedWriter(target, kind, passphrase, cost)
    writer.write(content)
    writer.finish()


def unseal(source: IO[bytes], kind: str, passphrase: Passphrase) -> bytes:
    """Return the whole content of a file. Raises what SealedReader does."""
    return SealedReader(source, kind, passphrase).readall() or b""


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    if number >= _MOST_CHUNKS:
        raise ValueError("a sealed file holds at most 2^32 chunks")
    return prefix + number.to_bytes(4) + last.to_bytes(1)


def _read_header(source: IO[bytes]) -> bytes:
    if source.read(len(MAGIC)) != MAGIC:
        raise NotSealed("This is not an encrypted file of DEMS.")
    length = int.from_bytes(source.read(4))
    header = source.read(min(length, _LONGEST_HEADER))
    if len(header) != length:
        raise SealedAltered("The beginning of the file is damaged. Take another copy of it.")
    return header


def _fields(header: bytes, kind: str) -> dict[str, Any]:
    try:
        fields: Any = json.loads(header)
        found_format, found_kind = fields["format"], fields["kind"]
    except ValueError, KeyError, TypeError:
        raise SealedAltered("The beginning of the file is damaged. Take another copy of it.") from None
    if isinstance(found_format, int) and found_format > FORMAT:
        raise SealedTooNew(
            f"The file has format {found_format}, this version knows up to {FORMAT}: a newer version wrote it. "
            "Install that version and try again."
        )
    if found_format != FORMAT:
        raise SealedAltered(f"The file has format {str(found_format)[:20]!r}, which no version ever wrote.")
    if found_kind != kind:
        raise NotSealed(f"The file holds {str(found_kind)[:40]!r}, not {kind!r}.")
    result: dict[str, Any] = fields
    return result
