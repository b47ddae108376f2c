"""The ``site`` and ``tariff`` sections: what a forecast and a plan want to know of the place and of its prices."""

import re
from datetime import date
from typing import Any

import voluptuous as vol

from dems_node.configuration.values import found, list_of, real, section, whole, words
from openems_bridge.foresight.options import (
    DEFAULT_EXPORT_PRICE,
    DEFAULT_IMPORT_PRICE,
    SiteOptions,
    TariffOptions,
)
from openems_bridge.foresight.time_zone import is_time_zone

_MICRO = 1_000_000


def site_options(value: Any) -> SiteOptions:
    """Return the options. Raises vol.Invalid."""
    fields = _SITE(value)
    if ("latitude" in fields) != ("longitude" in fields):
        raise vol.Invalid("expected latitude and longitude, or none of them")
    return SiteOptions(**fields)


def tariff_options(value: Any) -> TariffOptions:
    """Return the options. Raises vol.Invalid."""
    fields = _TARIFF(value)
    return TariffOptions(
        currency=fields["currency"],
        inside_import=_micro(fields.get("inside_import")),
        inside_export=_micro(fields.get("inside_export")),
        import_price=round(fields["import"] * _MICRO),
        export_price=round(fields["export"] * _MICRO),
        is_given="import" in value,
    )


def _micro(price: float | None) -> int | None:
    return None if price is None else round(price * _MICRO)


def _time_zone(value: Any) -> str:
    name = words(60)(value)
    if not is_time_zone(name):
        raise vol.Invalid(f"expected a time zone such as Europe/Berlin, found {found(value)}")
    return name


def _day(value: Any) -> str:
    text = value.isoformat() if isinstance(value, date) else value
    try:
        return date.fromisoformat(text).isoformat()
    except TypeError, ValueError:
        raise vol.Invalid(f"expected a date such as 2026-12-25, found {found(value)}") from None


def _currency(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z]{3}", value):
        raise vol.Invalid(f"expected a currency such as EUR, found {found(value)}")
    return value


_PRICE = real(-1000, 1000)
_SITE = section(
    {
        vol.Optional("time_zone"): _time_zone,
        vol.Optional("latitude"): real(-90, 90),
        vol.Optional("longitude"): real(-180, 180),
        vol.Optional("holidays", default=list): list_of(_day),
        vol.Optional("annual_load"): whole(0, 10**9),
        vol.Optional("pv_peak"): whole(0, 10**6),
    }
)
_TARIFF = section(
    {
        vol.Optional("currency", default="EUR"): _currency,
        vol.Optional("import", default=DEFAULT_IMPORT_PRICE / _MICRO): _PRICE,
        vol.Optional("export", default=DEFAULT_EXPORT_PRICE / _MICRO): _PRICE,
        vol.Optional("inside_import"): _PRICE,
        vol.Optional("inside_export"): _PRICE,
    }
)
