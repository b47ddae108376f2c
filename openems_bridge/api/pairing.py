"""Pairing: both sides prove knowledge of a code over the certificate's fingerprint (docs/api.md, Pairing).

The code carries 60 random bits behind scrypt, so that one who sits in the middle and sees the client's proof
(made over the wrong fingerprint) cannot find the code within the ten minutes that it is good for.
"""

import hashlib
import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field

from dems_node.clock import Clock
from dems_node.https.problems import Problem

CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 12
CODE_SECONDS = 600
WRONG_PROOFS_ALLOWED = 5
PENDING_ALLOWED = 16
PEERS_REMEMBERED = 256
CALLS_PER_MINUTE = 20
_LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})


def canonical_code(code: str) -> str:
    """Return a code as it is hashed: upper case, no dashes or spaces, I and L as 1, O as 0."""
    return code.upper().translate(_LOOKALIKES)


def pairing_key(code: str, salt: bytes) -> bytes:
    """Return the 32-byte key of a code. Takes some 50 ms and 16 MB: never call it on the loop."""
    return hashlib.scrypt(canonical_code(code).encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)


def transcript(pairing_id: str, client_nonce: bytes, server_nonce: bytes, fingerprint: bytes) -> bytes:
    """Return what both proofs are made over."""
    return pairing_id.encode() + b"\x00" + client_nonce + server_nonce + fingerprint


def client_proof(key: bytes, spoken: bytes) -> bytes:
    """Return the proof that the client knows the code, over a transcript."""
    return hmac.digest(key, b"dems-pair-client" + spoken, "sha256")


def server_proof(key: bytes, spoken: bytes) -> bytes:
    """Return the proof that the bridge knows the code, over a transcript."""
    return hmac.digest(key, b"dems-pair-server" + spoken, "sha256")


@dataclass(frozen=True, slots=True)
class PreparedCode:
    """A fresh code for people (``XXXX-XXXX-XXXX``) and the key that was derived from it."""

    code: str = field(repr=False)
    salt: bytes = field(repr=False)
    key: bytes = field(repr=False)


def prepare_code() -> PreparedCode:
    """Draw a code and derive its key. Blocks as ``pairing_key`` does."""
    drawn = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    salt = secrets.token_bytes(16)
    return PreparedCode("-".join((drawn[:4], drawn[4:8], drawn[8:])), salt, pairing_key(drawn, salt))


@dataclass(frozen=True, slots=True)
class Started:
    """What the client is told after the first step."""

    pairing_id: str
    server_nonce: bytes
    salt: bytes


@dataclass(frozen=True, slots=True)
class Proven:
    """The client knows the code: the name it gave, and the bridge's own proof."""

    name: str
    proof: bytes


@dataclass(frozen=True, slots=True)
class _Pending:
    name: str
    client_nonce: bytes
    server_nonce: bytes


@dataclass(slots=True)
class _OpenCode:
    prepared: PreparedCode
    closes_at: float
    wrong_proofs: int = 0
    pending: OrderedDict[str, _Pending] = field(default_factory=OrderedDict)


class CallLimit:
    """At most ``CALLS_PER_MINUTE`` calls in a sliding minute from each peer; remembers a bounded number of peers."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: OrderedDict[str, list[float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._calls)

    def count(self, peer: str) -> None:
        """Count one call. Raises Problem ``too-many-attempts`` (429)."""
        now = self._clock.monotonic()
        recent = [at for at in self._calls.pop(peer, []) if now - at < 60]
        allowed = len(recent) < CALLS_PER_MINUTE
        self._calls[peer] = [*recent, now] if allowed else recent
        if len(self._calls) > PEERS_REMEMBERED:
            self._calls.popitem(last=False)
        if not allowed:
            raise Problem(429, "too-many-attempts", "Too many attempts", "Wait a minute, then try again.")


class PairingDesk:
    """The bridge's side of the protocol: at most one open code, good for ten minutes and one client."""

    def __init__(self, fingerprint: bytes, clock: Clock) -> None:
        self._fingerprint = fingerprint
        self._clock = clock
        self._limit = CallLimit(clock)
        self._open: _OpenCode | None = None

    @property
    def is_open(self) -> bool:
        """Whether a code is open now."""
        return self._current() is not None

    @property
    def remembered_peers(self) -> int:
        """How many addresses the limit of calls remembers; it is bounded."""
        return len(self._limit)

    def open(self, prepared: PreparedCode) -> None:
        """Open a code; one that was open before is no longer good."""
        self._open = _OpenCode(prepared, self._clock.monotonic() + CODE_SECONDS)

    def start(self, client_nonce: bytes, name: str, peer: str) -> Started:
        """Take the first step. Raises Problem ``no-pairing-open`` (409) or ``too-many-attempts`` (429)."""
        self._limit.count(peer)
        code = self._require_open()
        pairing_id = secrets.token_hex(8)
        server_nonce = secrets.token_bytes(32)
        code.pending[pairing_id] = _Pending(name, client_nonce, server_nonce)
        if len(code.pending) > PENDING_ALLOWED:
            code.pending.popitem(last=False)
        return Started(pairing_id, server_nonce, code.prepared.salt)

    def finish(self, pairing_id: str, proof: bytes, peer: str) -> Proven:
        """Check the client's proof and close the code. A pairing id is good for one proof.

        Raises Problem ``wrong-code`` (403), ``no-pairing-open`` (409) or ``too-many-attempts`` (429).
        """
        self._limit.count(peer)
        code = self._require_open()
        pending = code.pending.pop(pairing_id, None)
        if pending is None:
            raise _no_pairing_open()
        spoken = transcript(pairing_id, pending.client_nonce, pending.server_nonce, self._fingerprint)
        if not hmac.compare_digest(client_proof(code.prepared.key, spoken), proof):
            self._count_wrong_proof(code)
            raise Problem(
                403,
                "wrong-code",
                "Wrong pairing code",
                "The code is not the one that `openems-bridge pair` shows, or somebody sits between the two.",
            )
        self._open = None
        return Proven(pending.name, server_proof(code.prepared.key, spoken))

    def _count_wrong_proof(self, code: _OpenCode) -> None:
        code.wrong_proofs += 1
        if code.wrong_proofs >= WRONG_PROOFS_ALLOWED:
            self._open = None

    def _current(self) -> _OpenCode | None:
        if self._open is not None and self._clock.monotonic() >= self._open.closes_at:
            self._open = None
        return self._open

    def _require_open(self) -> _OpenCode:
        code = self._current()
        if code is None:
            raise _no_pairing_open()
        return code


def _no_pairing_open() -> Problem:
    return Problem(
        409,
        "no-pairing-open",
        "No pairing code is open",
        "Run `openems-bridge pair` on the bridge's machine; the code that it shows is good for ten minutes.",
    )
