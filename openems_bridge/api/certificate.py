"""The bridge's own certificate, which every paired Home Assistant pins."""

from pathlib import Path

from dems_node.https.tls import OwnCertificate, load_or_create_certificate


def bridge_certificate(data_dir: Path) -> OwnCertificate:
    """Return the certificate, made at the first call. Blocks on the disk. Raises CertificateUnusable."""
    return load_or_create_certificate(data_dir, name="DEMS bridge", host="dems-bridge.local")
