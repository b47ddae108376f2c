"""The ledger's actions: try waiting readings now, take proofs away, claim and redeem certificates."""

from typing import Any, Final

import probatio as vol
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.util import dt as dt_util

from .commands import ask
from .const import DOMAIN, LONGEST_PURPOSE
from .proofs import Period, checked_path, parse, write
from .targets import HOUSEHOLD, member

SERVICE_ANCHOR_NOW: Final = "anchor_now"
SERVICE_EXPORT_PROOFS: Final = "export_proofs"
SERVICE_CLAIM_CERTIFICATES: Final = "claim_certificates"
SERVICE_REDEEM_CERTIFICATES: Final = "redeem_certificates"

ATTR_START: Final = "start"
ATTR_END: Final = "end"
ATTR_PATH: Final = "path"
ATTR_CERTIFICATE: Final = "certificate"
ATTR_ENERGY: Final = "energy"
ATTR_PURPOSE: Final = "purpose"

_ANCHOR_NOW: Final = vol.Schema(HOUSEHOLD)
_CLAIM_CERTIFICATES: Final = vol.Schema(HOUSEHOLD)
_EXPORT_PROOFS: Final = vol.Schema(
    {
        **HOUSEHOLD,
        vol.Required(ATTR_START): cv.datetime,
        vol.Optional(ATTR_END): cv.datetime,
        vol.Optional(ATTR_PATH): cv.path,
    }
)
_REDEEM_CERTIFICATES: Final = vol.Schema(
    {
        **HOUSEHOLD,
        vol.Required(ATTR_CERTIFICATE): cv.matches_regex(r"^0x[0-9a-fA-F]{64}$"),
        vol.Required(ATTR_ENERGY): vol.All(vol.Coerce(int), vol.Range(min=1)),
        vol.Required(ATTR_PURPOSE): vol.All(cv.string, vol.Length(min=1, max=LONGEST_PURPOSE)),
    }
)


@callback
def async_setup_ledger_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    hass.services.async_register(DOMAIN, SERVICE_ANCHOR_NOW, _anchor_now, _ANCHOR_NOW)
    hass.services.async_register(
        DOMAIN,
        SERVICE_EXPORT_PROOFS,
        _export_proofs,
        _EXPORT_PROOFS,
        supports_response=SupportsResponse.OPTIONAL,
    )
    for service, action, schema in (
        (SERVICE_CLAIM_CERTIFICATES, _claim_certificates, _CLAIM_CERTIFICATES),
        (SERVICE_REDEEM_CERTIFICATES, _redeem_certificates, _REDEEM_CERTIFICATES),
    ):
        async_register_admin_service(
            hass, DOMAIN, service, action, schema, supports_response=SupportsResponse.OPTIONAL
        )


async def _anchor_now(call: ServiceCall) -> None:
    """Try the waiting readings now."""
    coordinator = await member(call)
    await ask(coordinator, coordinator.client.anchor())


async def _export_proofs(call: ServiceCall) -> ServiceResponse:
    """Write the proofs of a period to a file, or answer with them."""
    coordinator = await member(call)
    if ATTR_PATH not in call.data and not call.return_response:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="proofs_to_nowhere")
    path = checked_path(call.hass, call.data[ATTR_PATH]) if ATTR_PATH in call.data else None
    slot_seconds = coordinator.data.bridge.slot_seconds
    if slot_seconds is None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="slots_unknown")
    end = call.data.get(ATTR_END)
    period = Period.between(
        dt_util.as_utc(call.data[ATTR_START]),
        dt_util.utcnow() if end is None else dt_util.as_utc(end),
        slot_seconds,
    )
    proofs = await ask(coordinator, coordinator.client.proofs(period.first, period.last))
    told: dict[str, Any] = {"from": period.first, "to": period.last, "bytes": len(proofs)}
    if path is None:
        return {**told, "proofs": dict(parse(proofs))}
    await write(call.hass, path, proofs)
    return {**told, "path": str(path)}


async def _claim_certificates(call: ServiceCall) -> ServiceResponse:
    """Claim certificates for the oldest feed-in that is final."""
    coordinator = await member(call)
    return {"transaction": await ask(coordinator, coordinator.client.claim())}


async def _redeem_certificates(call: ServiceCall) -> ServiceResponse:
    """Redeem certificates: for good, and seen by everybody."""
    coordinator = await member(call)
    transaction = await ask(
        coordinator,
        coordinator.client.redeem(
            call.data[ATTR_CERTIFICATE], call.data[ATTR_ENERGY], call.data[ATTR_PURPOSE]
        ),
    )
    return {"transaction": transaction}
