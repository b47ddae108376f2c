"""Repair issues: what only a person can put right, and where."""

from collections.abc import Mapping
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .errors import BridgeError, CertificateChanged, WrongVersion
from .ledger import ANCHORED, REFUSED, AnchorStatus, Community, Connection
from .models import LOGIN_REFUSED, House

CERTIFICATE_CHANGED = "certificate_changed"
BRIDGE_TOO_OLD = "bridge_too_old"
INTEGRATION_TOO_OLD = "integration_too_old"
EDGE_LOGIN_REFUSED = "edge_login_refused"
_CONNECTION = (CERTIFICATE_CHANGED, BRIDGE_TOO_OLD, INTEGRATION_TOO_OLD)
KEY_NOT_BACKED_UP = "key_not_backed_up"
WALLET_EMPTY = "wallet_empty"
READING_REFUSED = "reading_refused"
STATEMENT_NOT_VERIFIED = "statement_not_verified"
SECOND_BRIDGE = "second_bridge"
WRONG_CHAIN = "wrong_chain"
CURRENCY_DIFFERS = "currency_differs"
ENERGY_COUNTED_TWICE = "energy_counted_twice"
SET_SCRIPT_FAILED = "set_script_failed"
RELEASE_SCRIPT_FAILED = "release_script_failed"
_SEVERITY: Final = {
    SET_SCRIPT_FAILED: ir.IssueSeverity.ERROR,
    RELEASE_SCRIPT_FAILED: ir.IssueSeverity.CRITICAL,
    CERTIFICATE_CHANGED: ir.IssueSeverity.ERROR,
    BRIDGE_TOO_OLD: ir.IssueSeverity.ERROR,
    INTEGRATION_TOO_OLD: ir.IssueSeverity.ERROR,
    EDGE_LOGIN_REFUSED: ir.IssueSeverity.ERROR,
    KEY_NOT_BACKED_UP: ir.IssueSeverity.WARNING,
    WALLET_EMPTY: ir.IssueSeverity.WARNING,
    READING_REFUSED: ir.IssueSeverity.ERROR,
    STATEMENT_NOT_VERIFIED: ir.IssueSeverity.CRITICAL,
    SECOND_BRIDGE: ir.IssueSeverity.ERROR,
    WRONG_CHAIN: ir.IssueSeverity.ERROR,
    CURRENCY_DIFFERS: ir.IssueSeverity.WARNING,
    ENERGY_COUNTED_TWICE: ir.IssueSeverity.WARNING,
}
_BALANCE_LOW = "balance_low"


def _complaints(house: House) -> Mapping[str, bool | None]:
    """Tell of each issue that the bridge's state decides whether it is there; None: it stays as it was."""
    community, anchor = house.community, house.anchor
    member = community if house.is_member else None
    status = None if anchor is None else anchor.status
    is_settled = anchor is None or status in ANCHORED
    return {
        EDGE_LOGIN_REFUSED: house.bridge.edge_problem == LOGIN_REFUSED,
        KEY_NOT_BACKED_UP: community is not None and community.key_backed_up is False,
        WALLET_EMPTY: member is not None and _is_wallet_empty(member),
        # A new slot begins with a reading that waits: what was wrong with the last one is not mended by that.
        READING_REFUSED: True if status in REFUSED else False if is_settled else None,
        STATEMENT_NOT_VERIFIED: True
        if status is AnchorStatus.NOT_VERIFIED
        else False
        if is_settled
        else None,
        SECOND_BRIDGE: member is not None and member.read_only is True,
        WRONG_CHAIN: community is not None and community.chain is Connection.WRONG_CHAIN,
    }


def _is_wallet_empty(community: Community) -> bool:
    return community.balance == 0 or (
        community.problem is not None and community.problem.code == _BALANCE_LOW
    )


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
            self._raise(CERTIFICATE_CHANGED)
        elif isinstance(error, WrongVersion):
            self._raise(BRIDGE_TOO_OLD if error.bridge_is_older else INTEGRATION_TOO_OLD)

    def connected(self, house: House) -> None:
        """Withdraw what the connection has proven wrong, and say what the bridge itself complains about."""
        for key in _CONNECTION:
            self._withdraw(key)
        for key, is_there in _complaints(house).items():
            if is_there:
                self._raise(key)
            elif is_there is False:
                self._withdraw(key)
        self._compare_currencies(house)

    def _compare_currencies(self, house: House) -> None:
        """Money is never converted: prices and costs would be in one currency and mean another."""
        settled = house.market.currency if house.market else None
        ours = self._hass.config.currency
        if settled is not None and settled != ours:
            self._raise(CURRENCY_DIFFERS, settled=settled, ours=ours)
        elif settled is not None:
            self._withdraw(CURRENCY_DIFFERS)

    def energy_counted_twice(self, is_so: bool) -> None:
        """Say whether the energy dashboard counts the household's energy twice."""
        if is_so:
            self._raise(ENERGY_COUNTED_TWICE)
        else:
            self._withdraw(ENERGY_COUNTED_TWICE)

    def script_failed(self, key: str, script: str) -> None:
        """Say that a script of the owner's for the battery does not do its work."""
        self._raise(key, script=script)

    def script_works(self, key: str) -> None:
        """Say that it does again."""
        self._withdraw(key)

    def clear(self) -> None:
        """Withdraw everything: the entry is unloaded or removed."""
        for key in _SEVERITY:
            ir.async_delete_issue(self._hass, DOMAIN, self._issue_id(key))
        self._raised.clear()

    def _issue_id(self, key: str) -> str:
        return f"{key}_{self._entry_id}"

    def _raise(self, key: str, **placeholders: str) -> None:
        if key in self._raised:
            return
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._issue_id(key),
            is_fixable=False,
            severity=_SEVERITY[key],
            translation_key=key,
            translation_placeholders={"bridge": self._title, **placeholders},
        )
        self._raised.add(key)

    def _withdraw(self, key: str) -> None:
        """Withdraw an issue, also one that was raised before the entry was set up again."""
        ir.async_delete_issue(self._hass, DOMAIN, self._issue_id(key))
        self._raised.discard(key)
