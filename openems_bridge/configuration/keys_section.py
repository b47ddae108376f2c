"""The ``keys`` section: where the household's keys are kept, and what the meter key is."""

from pathlib import Path
from typing import Any

import voluptuous as vol

from dems_node.configuration.values import found, one_of, section, words
from openems_bridge.keys.options import KeyOptions, MeterKeyKind, StoreKind


def key_options(value: Any) -> KeyOptions:
    """Return the options. Raises vol.Invalid. The passphrase file is read only when the keys are needed."""
    fields = _KEYS(value)
    store = fields["store"]
    passphrase_file = fields.get("passphrase_file")
    if store == StoreKind.FILE and passphrase_file is None:
        raise vol.Invalid(
            "expected a path because keys.store is file, found nothing", path=["passphrase_file"]
        )
    return KeyOptions(
        store=None if store == _AUTO else StoreKind(store),
        passphrase_file=passphrase_file,
        meter_key=MeterKeyKind(fields["meter_key"]),
        tcti=fields.get("tcti"),
    )


def _path(value: Any) -> Path:
    path = Path(words(4096)(value)).expanduser()
    if not path.is_absolute():
        raise vol.Invalid(f"expected a path from the root (/…), found {found(value)}")
    return path


_AUTO = "auto"
_KEYS = section(
    {
        vol.Optional("store", default=_AUTO): one_of(_AUTO, *map(str, StoreKind)),
        vol.Optional("passphrase_file"): _path,
        vol.Optional("meter_key", default=str(MeterKeyKind.SECP256K1)): one_of(*map(str, MeterKeyKind)),
        vol.Optional("tcti"): words(),
    }
)
