"""Under which key of the translations a flow explains an error."""

from typing import Final

from .errors import BridgeError, BridgeProblem, CannotConnect, CertificateChanged, Unauthorized, WrongVersion

_PROBLEMS: Final = {
    "no-pairing-open": "no_pairing_open",
    "too-many-attempts": "too_many_attempts",
    "wrong-code": "wrong_code",
}


def error_key(error: BridgeError) -> str:
    """Return the key of an error of the connection or the pairing."""
    match error:
        case BridgeProblem():
            return _PROBLEMS.get(error.kind, "bridge_failed")
        case CertificateChanged():
            return "certificate_changed"
        case WrongVersion():
            return "bridge_too_old" if error.bridge_is_older else "integration_too_old"
        case CannotConnect():
            return "cannot_connect"
        case _:
            return "not_a_bridge"


_REFUSALS: Final = {
    "already_joined": "already_joined",
    "bad_invitation": "invitation_invalid",
    "chain_wrong_chain": "wrong_chain",
    "invalid": "invitation_invalid",
    "keys_unusable": "keys_unusable",
    "no_community": "not_a_member",
    "no_contract": "invitation_contradicted",
    "no_ledger": "invitation_contradicted",
    "not_found": "ledger_missing",
    "operator_differs": "invitation_contradicted",
    "other_consent": "consent_changed",
    "other_ledger": "invitation_contradicted",
    "other_operator": "invitation_contradicted",
    "other_registry": "invitation_contradicted",
    "other_slots": "other_slots",
}
_UNREACHABLE: Final = {"chain_": "chain_unreachable", "operator_": "operator_unreachable"}
"""What a code begins with where the bridge could not ask the operator, or the chain; the rest says how it failed."""


def joining_error_key(error: BridgeError) -> str:
    """Return the key of an error of joining or leaving a community: the reason where the bridge gives one."""
    match error:
        case BridgeProblem():
            return _refusal_key(error.code or error.kind.replace("-", "_"))
        case Unauthorized():
            return "token_refused"
        case _:
            return error_key(error)


def _refusal_key(code: str) -> str:
    if code in _REFUSALS:
        return _REFUSALS[code]
    return next((key for start, key in _UNREACHABLE.items() if code.startswith(start)), "bridge_refused")
