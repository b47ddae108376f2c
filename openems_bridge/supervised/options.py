"""The app's options (``options.json``, as the supervisor writes it) as the bridge's configuration."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

CONFIGURATION_FILE: Final = "bridge.yaml"
EDGE_PASSWORD_FILE: Final = "edge-password"  # noqa: S105 - the name of a file
KEYS_PASSPHRASE_FILE: Final = "keys-passphrase"  # noqa: S105
PORT: Final = 8484
"""Fixed, because the supervisor's watchdog asks there."""
_PUSHED: Final = "home_assistant"


def configuration(options: Mapping[str, Any], data: Path) -> str:
    """Return the text of bridge.yaml for the app's options; passwords stay in files of their own beside it."""
    document: dict[str, Any] = {
        "household": options["household"],
        "data_dir": "bridge",
        "slot_seconds": 900,
        "edge": _edge(options, data),
        "api": {"host": "0.0.0.0", "port": PORT, "zeroconf": True},  # noqa: S104 - Home Assistant may be elsewhere
        "keys": {"store": "file", "passphrase_file": str(data / KEYS_PASSPHRASE_FILE)},
    }
    if rpc := options.get("chain_node"):
        document["ledger"] = {"rpc": rpc}
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)


def _edge(options: Mapping[str, Any], data: Path) -> dict[str, Any]:
    kind = options["energy_system"]
    if kind == _PUSHED:
        return {"type": "pushed"}
    if kind == "simulation":
        return {"type": "simulation"}
    edge: dict[str, Any] = {
        "type": "openems",
        "host": options.get("edge_host", ""),
        "username": options.get("edge_username", "owner"),
        "password_file": str(data / EDGE_PASSWORD_FILE),
    }
    for key in ("websocket_port", "rest_port", "rest_controller"):
        if options.get(key) is not None:
            edge[key] = options[key]
    return edge
