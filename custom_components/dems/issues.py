"""Repair issues: what only a person can put right, and where."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .errors import BridgeError, CertificateChanged, WrongVersion
from .models import LOGIN_REFUSED, House

CERTIFICATE_CHANGED = "certificate_changed"
BRIDGE_TOO_OLD = "bridge_too_old"
INTEGRATION_TOO_OLD = "integration_too_old"
EDGE_LOGIN_REFUSED = "edge_login_refused"
_CONNECTION = (CERTIFICATE_CHANGED, BRIDGE_TOO_OLD, INTEGRATION_TOO_OLD)


class Issues:
    """Raises and withdraws the issues of one config entry."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Serve one config entry."""
        self._hass = hass
        self._entry_id = entry.entry_id
        self._title = entry.title
        self._raised: set[str] = set()

    def connection_failed(self, error: BridgeError) -> None:
        """Raise the issue that belongs to an error of the connection, if a person must act on it."""
        if isinstance(error, CertificateChanged):
            self._raise(CERTIFICATE_CHANGED, ir.IssueSeverity.ERROR)
        elif isinstance(error, WrongVersion):
            self._raise(
                BRIDGE_TOO_OLD if error.bridge_is_older else INTEGRATION_TOO_OLD, ir.IssueSeverity.ERROR
            )

    def connected(self, house: House) -> None:
        """Withdraw what the connection has proven wrong, and say what the bridge itself complains about."""
        for key in _CONNECTION:
            self._withdraw(key)
        if house.bridge.edge_problem == LOGIN_REFUSED:
            self._raise(EDGE_LOGIN_REFUSED, ir.IssueSeverity.ERROR)
        else:
            self._withdraw(EDGE_LOGIN_REFUSED)

    def clear(self) -> None:
        """Withdraw everything: the entry is unloaded or removed."""
        for key in (*_CONNECTION, EDGE_LOGIN_REFUSED):
            ir.async_delete_issue(self._hass, DOMAIN, self._issue_id(key))
        self._raised.clear()

    def _issue_id(self, key: str) -> str:
        return f"{key}_{self._entry_id}"

    def _raise(self, key: str, severity: ir.IssueSeverity) -> None:
        if key in self._raised:
            return
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._issue_id(key),
            is_fixable=False,
            severity=severity,
            translation_key=key,
            translation_placeholders={"bridge": self._title},
        )
        self._raised.add(key)

    def _withdraw(self, key: str) -> None:
        """Withdraw an issue, also one that was raised before the entry was set up again."""
        ir.async_delete_issue(self._hass, DOMAIN, self._issue_id(key))
        self._raised.discard(key)
