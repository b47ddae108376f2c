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
    "consent_changed": "consent_changed",
    "invitation_invalid": "invitation_invalid",
    "invitation_unknown": "invitation_unknown",
    "key_missing": "key_missing",
    "malformed": "invitation_invalid",
    "meter_taken": "meter_taken",
    "not_a_member": "not_a_member",
    "not_found": "ledger_missing",
    "operator_unreachable": "operator_unreachable",
    "wrong_chain": "wrong_chain",
}


def joining_error_key(error: BridgeError) -> str:
    """Return the key of an error of joining or leaving a community: the reason where the bridge gives one."""
    match error:
        case BridgeProblem():
            given = (error.code, error.kind)
            known = [_REFUSALS[key] for one in given if one and (key := one.replace("-", "_")) in _REFUSALS]
            return known[0] if known else "bridge_refused"
        case Unauthorized():
            return "token_refused"
        case _:
            return error_key(error)
