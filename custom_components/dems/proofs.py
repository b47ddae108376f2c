"""Files with proofs: asked of the bridge for a period, written where Home Assistant allows it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util.json import json_loads_object

from .const import DOMAIN

LARGEST_RESPONSE = 1 << 20
"""Bytes. What is larger than this is a file, and nothing to hand about in Home Assistant."""


@dataclass(frozen=True, slots=True)
class Period:
    """Slots from ``first`` to ``last``, both included."""

    first: int
    last: int

    @classmethod
    def between(cls, start: datetime, end: datetime, slot_seconds: int) -> Period:
        """Return the slots that begin at or after ``start`` and end at or before ``end``.

        Raises ServiceValidationError where there is no such slot.
        """
        first = -(-int(start.timestamp()) // slot_seconds)
        last = int(end.timestamp()) // slot_seconds - 1
        if last < first:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="period_empty",
                translation_placeholders={"start": start.isoformat(), "end": end.isoformat()},
            )
        return cls(first, last)


def checked_path(hass: HomeAssistant, path: str) -> Path:
    """Return where to write. Raises ServiceValidationError where Home Assistant does not allow it."""
    if not hass.config.is_allowed_path(path):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="path_not_allowed",
            translation_placeholders={"path": path},
        )
    return Path(path)


async def write(hass: HomeAssistant, path: Path, proofs: bytes) -> None:
    """Write the file, whole or not at all. Raises HomeAssistantError where the disk does not take it."""
    try:
        await hass.async_add_executor_job(_write, path, proofs)
    except OSError as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="file_not_written",
            translation_placeholders={"path": str(path), "error": error.strerror or type(error).__name__},
        ) from error


def parse(proofs: bytes) -> Mapping[str, Any]:
    """Return the proofs as an object for a response.

    Raises ServiceValidationError where they are too large for one, HomeAssistantError where they are no proofs.
    """
    if len(proofs) > LARGEST_RESPONSE:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="proofs_too_large",
            translation_placeholders={"size": str(len(proofs) >> 10)},
        )
    try:
        return json_loads_object(proofs)
    except ValueError as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="update_failed",
            translation_placeholders={"error": "a JSON object was expected"},
        ) from error


def _write(path: Path, proofs: bytes) -> None:
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with unfinished.open("wb") as file:
            file.write(proofs)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
