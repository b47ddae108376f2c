"""The ``edge`` section: which kind of Edge, and the options of its adapter."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import voluptuous as vol

from dems_node.configuration.values import found, list_of, one_of, real, section, switch, whole, words
from openems_bridge.configuration.model import EdgeOptions, PushedOptions

_PORT = whole(1, 65535)
_MOST_SECRET_BYTES = 4096


def edge_options(value: Any) -> EdgeOptions:
    """Return the options of the adapter that ``type`` names. Raises vol.Invalid; reads ``password_file``."""
    if not isinstance(value, dict):
        raise vol.Invalid(f"expected a mapping with a type, found {found(value)}")
    if "type" not in value:
        raise vol.Invalid(f"expected one of {', '.join(_KINDS)}, found nothing", path=["type"])
    try:
        kind = one_of(*_KINDS)(value["type"])
    except vol.Invalid as error:
        error.prepend(["type"])
        raise
    return _KINDS[kind]({key: content for key, content in value.items() if key != "type"})


def _openems(value: dict[Any, Any]) -> EdgeOptions:
    from dems_node.secret import Secret
    from openems_bridge.edge.openems.options import ChosenComponents, OpenEmsOptions

    fields = _OPENEMS(value)
    password = _password(fields.pop("password", None), fields.pop("password_file", None))
    components = ChosenComponents(**fields.pop("components", {}))
    return OpenEmsOptions(password=Secret(password), components=components, **fields)


def _modbus(value: dict[Any, Any]) -> EdgeOptions:
    from openems_bridge.edge.modbus.options import ModbusOptions

    return ModbusOptions(**_MODBUS(value))


def _pushed(value: dict[Any, Any]) -> EdgeOptions:
    section({})(value)
    return PushedOptions()


def _simulation(value: dict[Any, Any]) -> EdgeOptions:
    from openems_bridge.edge.simulation.options import SimulationOptions
    from openems_bridge.edge.simulation.profile import SHIPPED_KINDS

    fields = _SIMULATION(value)
    if "household" in fields:
        try:
            one_of(*SHIPPED_KINDS)(fields["household"])
        except vol.Invalid as error:
            error.prepend(["household"])
            raise
    return SimulationOptions(**fields)


def _password(given: str | None, file: Path | None) -> str:
    if (given is None) == (file is None):
        problem = "found both" if given is not None else "found neither"
        raise vol.Invalid(f"expected either password or password_file, {problem}", path=["password"])
    if given is not None:
        return given
    assert file is not None  # noqa: S101
    try:
        with file.open(encoding="utf-8") as opened:
            secret = opened.read(_MOST_SECRET_BYTES).strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise vol.Invalid(
            f"expected a file that can be read, found {file}: {reason}", path=["password_file"]
        ) from None
    if not secret or "\n" in secret:
        raise vol.Invalid(f"expected one line with the password in {file}", path=["password_file"])
    return secret


def _secret(value: Any) -> str:
    # The value itself is never shown.
    if not isinstance(value, str) or not value or not value.isprintable():
        raise vol.Invalid('expected text (put a password of digits in "quotes")')
    return value


def _path(value: Any) -> Path:
    path = Path(words(4096)(value)).expanduser()
    if not path.is_absolute():
        raise vol.Invalid(f"expected a path from the root (/…), found {found(value)}")
    return path


_HOST = words(253)
_OPENEMS = section(
    {
        vol.Required("host"): _HOST,
        vol.Required("username"): words(),
        vol.Optional("password"): _secret,
        vol.Optional("password_file"): _path,
        vol.Optional("websocket_port"): _PORT,
        vol.Optional("websocket_path"): words(),
        vol.Optional("rest_port"): _PORT,
        vol.Optional("tls"): switch,
        vol.Optional("rest_controller"): words(),
        vol.Optional("components"): section(
            {
                vol.Optional("battery"): words(),
                vol.Optional("grid_meter"): words(),
                vol.Optional("plants"): list_of(words()),
            }
        ),
        vol.Optional("request_timeout"): real(0.5, 60),
        vol.Optional("silence_timeout"): real(2, 300),
    }
)
_MODBUS = section(
    {
        vol.Required("host"): _HOST,
        vol.Optional("port"): _PORT,
        vol.Optional("unit"): whole(0, 255),
        vol.Optional("battery"): words(),
        vol.Optional("confirm_no_release"): switch,
        vol.Optional("api_timeout_seconds"): whole(0, 86_400),
        vol.Optional("request_timeout"): real(0.5, 60),
        vol.Optional("poll_seconds"): real(0.2, 60),
    }
)
_SIMULATION = section(
    {
        vol.Optional("household"): words(),
        vol.Optional("profile"): _path,
        vol.Optional("household_index"): whole(0, 1_000_000),
        vol.Optional("seed"): words(),
        vol.Optional("start"): real(0, 2**40),
        vol.Optional("speed"): real(0.001, 100_000),
        vol.Optional("battery_wh"): whole(0, 1_000_000),
        vol.Optional("battery_w"): whole(1, 1_000_000),
        vol.Optional("initial_soc"): whole(0, 100),
        vol.Optional("hybrid"): switch,
        vol.Optional("timeout_seconds"): whole(1, 60),
        vol.Optional("state_file"): _path,
    }
)
_KINDS: dict[str, Callable[[dict[Any, Any]], EdgeOptions]] = {
    "openems": _openems,
    "modbus": _modbus,
    "pushed": _pushed,
    "simulation": _simulation,
}
