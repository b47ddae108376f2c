"""Where a simulated house keeps its state, so that its counters go on when the bridge is started again.

The file is written over in place every second, without forcing it to the disk: that survives the death of the process
at any moment and costs the disk no more than the system's own flushes. After a power cut it may be some seconds old.
"""

import json
import logging
import os
from pathlib import Path
from typing import Any

_LOG = logging.getLogger(__name__)
_SIZE = 2048


class StateFile:
    """A small JSON document in a file of fixed size."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def load(self) -> dict[str, Any] | None:
        """Return the document, None where there is none. One that cannot be read is set aside and said so."""
        try:
            document = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            self.set_aside(str(error))
            return None
        if not isinstance(document, dict):
            self.set_aside("it holds no document")
            return None
        return document

    def set_aside(self, reason: str) -> None:
        """Rename the file, so that a new one can be begun and the old one be looked at."""
        aside = self._path.with_suffix(self._path.suffix + ".unusable")
        _LOG.warning(
            "simulated house: %s is of no use (%s); kept as %s, the house begins anew",
            self._path,
            reason,
            aside,
        )
        try:
            self._path.replace(aside)
        except OSError as error:
            _LOG.warning("simulated house: %s could not be renamed: %s", self._path, error)

    def store(self, document: dict[str, Any]) -> None:
        """Write the document over the last one. Raises OSError, or ValueError where it is too long."""
        data = json.dumps(document, separators=(",", ":")).encode()
        if len(data) > _SIZE:
            raise ValueError(f"a state of {len(data)} bytes does not fit the state file's {_SIZE}")
        if self._descriptor is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        os.pwrite(self._descriptor, data.ljust(_SIZE), 0)

    def close(self) -> None:
        """Close the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
