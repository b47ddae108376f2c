"""What can go wrong between Home Assistant and the bridge."""

from collections.abc import Mapping


class BridgeError(Exception):
    """The bridge could not be asked, or did not do what was asked. No text of it contains a secret."""


class CannotConnect(BridgeError):
    """No connection, a time-out, or a connection that broke."""


class InvalidAnswer(BridgeError):
    """What answered does not speak the bridge's API, or a value has the wrong type."""


class WrongVersion(BridgeError):
    """Bridge and integration have no version of the API in common."""

    def __init__(self, *, bridge_is_older: bool) -> None:
        """Say which of the two must be updated."""
        behind = "bridge" if bridge_is_older else "integration"
        super().__init__(f"The bridge and this integration speak different versions: update the {behind}")
        self.bridge_is_older = bridge_is_older


class Unauthorized(BridgeError):
    """The bridge does not know the token any more."""


class CertificateChanged(BridgeError):
    """The certificate is not the pinned one. ``presented`` is the fingerprint of what was shown (64 hex digits)."""

    def __init__(self, presented: str) -> None:
        """Keep the fingerprint of the certificate that was shown instead."""
        super().__init__("The bridge shows another certificate than the one it was paired with")
        self.presented = presented


class BridgeProblem(BridgeError):
    """The bridge understood and said no: a problem document (RFC 9457).

    ``kind`` is the last part of the document's type (``wrong-code``), ``code`` and ``params`` the reason, if it has one.
    """

    def __init__(
        self, *, status: int, kind: str, detail: str, code: str | None, params: Mapping[str, str]
    ) -> None:
        """Keep what can be translated beside the English detail."""
        super().__init__(f"The bridge answered {status} {kind}: {detail}")
        self.status = status
        self.kind = kind
        self.detail = detail
        self.code = code
        self.params = params
