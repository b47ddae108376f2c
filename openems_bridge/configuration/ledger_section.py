"""The ``ledger`` section: what the bridge does by itself on its community's chain."""

from typing import Any

import voluptuous as vol

from dems_node.configuration.values import found, one_of, section, whole, words
from dems_node.secret import Secret
from openems_bridge.ledger.options import LedgerOptions

_AUTOMATIC, _ASK, _DAILY = "automatic", "ask", "daily"
_SCHEMES = ("http://", "https://", "ws://", "wss://")


def ledger_options(value: Any) -> LedgerOptions:
    """Return the options. Raises vol.Invalid."""
    fields = _LEDGER(value)
    rpc = fields.get("rpc")
    return LedgerOptions(
        rpc=None if rpc is None else Secret(rpc),
        challenge=fields["challenge"] == _AUTOMATIC,
        direct_inclusion=fields["direct_inclusion"] == _AUTOMATIC,
        claim_daily=fields["claim"] == _DAILY,
        audited_leaves=fields["audited_leaves"],
        confirmations=fields["confirmations"],
    )


def _url(value: Any) -> str:
    text = words(500)(value)
    if not text.startswith(_SCHEMES) and not text.startswith("/"):
        raise vol.Invalid(
            f"expected a node's address (http, https, ws, wss, or the path of a socket), found {found(value)}"
        )
    return text


_LEDGER = section(
    {
        vol.Optional("rpc"): _url,
        vol.Optional("challenge", default=_AUTOMATIC): one_of(_AUTOMATIC, _ASK),
        vol.Optional("direct_inclusion", default=_AUTOMATIC): one_of(_AUTOMATIC, _ASK),
        vol.Optional("claim", default=_ASK): one_of(_ASK, _DAILY),
        vol.Optional("audited_leaves", default=LedgerOptions().audited_leaves): whole(0, 1000),
        vol.Optional("confirmations", default=LedgerOptions().confirmations): whole(1, 1000),
    }
)
