"""Reading ``bridge.yaml``: YAML, then the schema; every mistake is named with its path."""

import re
from pathlib import Path
from typing import Any

import voluptuous as vol
import yaml

from dems_protocol.slots import DEFAULT_SLOT_SECONDS, SlotGrid
from openems_bridge.configuration.edge_section import edge_options
from openems_bridge.configuration.keys_section import key_options
from openems_bridge.configuration.model import DEFAULT_PORT, ApiConfiguration, BridgeConfiguration
from openems_bridge.configuration.values import (
    ConfigurationError,
    found,
    one_of,
    section,
    switch,
    whole,
    words,
)

LONGEST_DATA_DIR = 90
"""Bytes: the control socket lies in the folder, and the kernel takes 107 bytes for the path of a Unix socket."""
_DEEPEST = 20
_LARGEST_FILE = 1024 * 1024


def load_configuration(path: Path) -> BridgeConfiguration:
    """Return the configuration of a file. Blocks on the disk. Raises ConfigurationError."""
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(_LARGEST_FILE)
    except OSError as error:
        raise ConfigurationError(
            [
                f"{path} cannot be read: {error.strerror}. Write one with `openems-bridge init --output {path}`."
            ]
        ) from None
    except UnicodeDecodeError:
        raise ConfigurationError([f"{path} is not a text file in UTF-8."]) from None
    return parse_configuration(text, base=path.parent)


def parse_configuration(text: str, *, base: Path) -> BridgeConfiguration:
    """Return the configuration that a YAML text says; relative paths lie in ``base``. Raises ConfigurationError."""
    try:
        document = yaml.load(text, Loader=_UniqueKeys)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise ConfigurationError([f"not YAML: {_yaml_problem(error)}"]) from None
    try:
        fields = _BRIDGE(document)
    except vol.MultipleInvalid as error:
        raise ConfigurationError([_line(one) for one in error.errors]) from None
    except vol.Invalid as error:
        raise ConfigurationError([_line(error)]) from None
    return BridgeConfiguration(
        household=fields["household"],
        data_dir=_data_dir(fields["data_dir"], base),
        grid=fields["slot_seconds"],
        edge=fields["edge"],
        api=ApiConfiguration(**fields["api"]),
        log_level=fields["log"]["level"].upper(),
        keys=fields["keys"],
    )


class _UniqueKeys(yaml.SafeLoader):
    """Refuses a key that is given twice, of which YAML would silently take the last, and what is nested too deep."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self._depth += 1
        if parent is not None and self._depth > _DEEPEST:
            raise yaml.MarkedYAMLError(problem="nested too deep", problem_mark=parent.start_mark)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is not None and key in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"{key!r} is given twice", problem_mark=key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def _yaml_problem(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}, column {error.problem_mark.column + 1}: {error.problem}"
    return "it holds characters that YAML does not allow"


def _line(error: vol.Invalid) -> str:
    path = re.sub(r"\.\[", "[", ".".join(str(part) for part in error.path))
    return f"{path}: {error.error_message}" if path else error.error_message


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
    }
)
