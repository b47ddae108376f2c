"""What helps to find a fault, without secrets: configuration, topology, versions, counts, the last problems."""

import logging
import platform
import re
import resource
import sqlite3
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any, override

from dems_node.configuration.values import SECRET_WORDS
from dems_node.json_types import Json
from openems_bridge import __version__
from openems_bridge.configuration.model import BridgeConfiguration
from openems_bridge.house_watch import HouseWatch

PROBLEMS_KEPT = 50
LONGEST_MESSAGE = 500
_URL_USER = re.compile(r"(?<=://)[^/@\s]+@")


class ProblemMemory(logging.Handler):
    """Keeps the last warnings and errors of the log, one line each."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._records: deque[dict[str, Json]] = deque(maxlen=PROBLEMS_KEPT)

    @override
    def emit(self, record: logging.LogRecord) -> None:
        message = _URL_USER.sub("", record.getMessage().split("\n", 1)[0])[:LONGEST_MESSAGE]
        self._records.append(
            {
                "at": record.created,
                "level": record.levelname.lower(),
                "logger": record.name,
                "message": message,
            }
        )

    @property
    def problems(self) -> list[Json]:
        """The last problems, oldest first."""
        return list(self._records)


class BridgeDiagnostics:
    """Serves ``api.ports.Diagnostics``. ``counts`` is asked anew each time."""

    def __init__(
        self,
        configuration: BridgeConfiguration,
        watch: HouseWatch,
        memory: ProblemMemory,
        counts: Callable[[], Mapping[str, int]],
    ) -> None:
        self._configuration = configuration
        self._watch = watch
        self._memory = memory
        self._counts = counts

    @property
    def healthy(self) -> bool:
        """Whether the Edge answers and the disk has room."""
        return self._watch.house.edge == "connected" and self._watch.house.disk_has_room

    async def document(self) -> Mapping[str, Json]:
        """Return the document."""
        topology = self._watch.topology
        peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return {
            "configuration": plain(self._configuration),
            "topology": None if topology is None else plain(topology),
            "versions": {
                "bridge": __version__,
                "python": platform.python_version(),
                "sqlite": sqlite3.sqlite_version,
                "system": platform.platform(terse=True),
            },
            "counts": {**self._counts(), "peak_memory_kib": peak_kib},
            "problems": self._memory.problems,
        }


def plain(value: Any) -> Any:
    """Return a value of dataclasses as JSON; what is called like a secret, or of an unknown type, only by its type."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str | Path):
        return str(value)
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if is_dataclass(value):
        return {
            field.name: "**redacted**"
            if any(word in field.name for word in SECRET_WORDS)
            else plain(getattr(value, field.name))
            for field in fields(value)
        }
    return f"<{type(value).__name__}>"
