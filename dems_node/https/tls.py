"""A daemon's own certificate: made once, kept for the life of the daemon, pinned by every client."""

import datetime
import hashlib
import os
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

CERTIFICATE_FILE = "certificate.pem"
LIFETIME = datetime.timedelta(days=50 * 365)


class CertificateUnusable(Exception):
    """The certificate file cannot be used. The text names the file and says what to do."""


@dataclass(frozen=True, slots=True)
class OwnCertificate:
    """The file with key and certificate (PEM) and the SHA-256 of the certificate (DER), 32 bytes."""

    path: Path
    fingerprint: bytes

    def server_context(self) -> ssl.SSLContext:
        """Return the server side's TLS settings. TLS 1.3 only: every client is one of ours or new enough."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(self.path)
        return context


def load_or_create_certificate(data_dir: Path, *, name: str, host: str) -> OwnCertificate:
    """Return the daemon's certificate, made (EC P-256, mode 0600) at the first call. Blocks on the disk.

    ``name`` and ``host`` are what a new one says of its owner.

    Raises CertificateUnusable for a file that is damaged: a new certificate would have to be paired again
    everywhere, so that is left to the owner.
    """
    path = data_dir / CERTIFICATE_FILE
    if not path.exists():
        _write_once(path, _new_pem(name, host))
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        found = OwnCertificate(
            path, hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).digest()
        )
        found.server_context()
    except (ValueError, ssl.SSLError) as error:
        raise CertificateUnusable(
            f"{path} is damaged ({error}). Put a copy back, or delete it: a new certificate is then made, and "
            "every client has to be paired again."
        ) from error
    return found


def _new_pem(common_name: str, host: str) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    # The day before, because the clock of a small computer may still be wrong at its first start.
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + LIFETIME)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + certificate.public_bytes(serialization.Encoding.PEM)


def _write_once(path: Path, content: bytes) -> None:
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
