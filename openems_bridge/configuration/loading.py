"""Reading ``bridge.yaml``: YAML, then the schema; every mistake is named with its path."""

from pathlib import Path
from typing import Any

import voluptuous as vol

from dems_node.configuration.document import parse_configuration_text, read_configuration_text
from dems_node.configuration.values import (
    ConfigurationError,
    found,
    one_of,
    section,
    switch,
    whole,
    words,
)
from dems_protocol.slots import DEFAULT_SLOT_SECONDS, SlotGrid
from openems_bridge.configuration.edge_section import edge_options
from openems_bridge.configuration.keys_section import key_options
from openems_bridge.configuration.ledger_section import ledger_options
from openems_bridge.configuration.model import DEFAULT_PORT, ApiConfiguration, BridgeConfiguration
from openems_bridge.configuration.site_section import site_options, tariff_options

LONGEST_DATA_DIR = 90
"""Bytes: the control socket lies in the folder, and the kernel takes 107 bytes for the path of a Unix socket."""


def load_configuration(path: Path) -> BridgeConfiguration:
    """Return the configuration of a file. Blocks on the disk. Raises ConfigurationError."""
    hint = f"Write one with `openems-bridge init --output {path}`."
    return parse_configuration(read_configuration_text(path, hint), base=path.parent)


def parse_configuration(text: str, *, base: Path) -> BridgeConfiguration:
    """Return the configuration that a YAML text says; relative paths lie in ``base``. Raises ConfigurationError."""
    fields = parse_configuration_text(text, _BRIDGE)
    return BridgeConfiguration(
        household=fields["household"],
        data_dir=_data_dir(fields["data_dir"], base),
        grid=fields["slot_seconds"],
        edge=fields["edge"],
        api=ApiConfiguration(**fields["api"]),
        log_level=fields["log"]["level"].upper(),
        keys=fields["keys"],
        ledger=fields["ledger"],
        site=fields["site"],
        tariff=fields["tariff"],
    )


def _slots(value: Any) -> SlotGrid:
    if isinstance(value, bool) or not isinstance(value, int):
        raise vol.Invalid(f"expected a whole number of seconds, found {found(value)}")
    try:
        return SlotGrid(value)
    except ValueError:
        raise vol.Invalid(f"expected at least 60 s that divide an hour (900), found {value}") from None


def _data_dir(value: str, base: Path) -> Path:
    path = (base / Path(value).expanduser()).absolute()
    if len(str(path).encode()) > LONGEST_DATA_DIR:
        raise ConfigurationError(
            [
                f"data_dir: expected a path of at most {LONGEST_DATA_DIR} bytes (it holds a Unix socket), found {path}"
            ]
        )
    return path


_API = section(
    {
        vol.Optional("host"): words(253),
        vol.Optional("port", default=DEFAULT_PORT): whole(0, 65535),
        vol.Optional("zeroconf", default=True): switch,
    }
)
_LOG = section({vol.Optional("level", default="info"): one_of("debug", "info", "warning", "error")})
_BRIDGE = section(
    {
        vol.Required("household"): words(60),
        vol.Required("data_dir"): words(4096),
        vol.Optional("slot_seconds", default=DEFAULT_SLOT_SECONDS): _slots,
        vol.Required("edge"): edge_options,
        vol.Optional("api", default=dict): _API,
        vol.Optional("log", default=dict): _LOG,
        vol.Optional("keys", default=dict): key_options,
        vol.Optional("ledger", default=dict): ledger_options,
        vol.Optional("site", default=dict): site_options,
        vol.Optional("tariff", default=dict): tariff_options,
    }
)
