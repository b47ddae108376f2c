"""What a house uses and what its roof yields, step by step: the series that the simulated house replays."""

import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from openems_bridge.edge.simulation.npz import Archive, MalformedArchive

DAY_SECONDS = 86_400
SHIPPED_KINDS = ("family", "retired_couple", "home_office", "commuters", "heat_pump")
"""The households that ship with the project (made by ``generate.py``)."""


class ProfileError(ValueError):
    """A profile could not be read. The text says which file, what was wrong, and what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseProfile:
    """Mean power per step in W, from local midnight of the first day; played again from the start when it ends.

    ``battery_wh``/``battery_w`` say what battery the household has (0 = none); a house may be given another.
    """

    name: str
    step_seconds: int
    load_w: tuple[int, ...]
    pv_w: tuple[int, ...]
    battery_wh: int = 0
    battery_w: int = 0

    def __post_init__(self) -> None:
        if not self.load_w or len(self.load_w) != len(self.pv_w):
            raise ProfileError(
                f"{self.name}: {len(self.load_w)} steps of load and {len(self.pv_w)} of PV; they must match"
            )
        if self.step_seconds < 1:
            raise ProfileError(f"{self.name}: a step of {self.step_seconds} s; it must be at least 1 s")
        if min(self.load_w) < 0 or min(self.pv_w) < 0:
            raise ProfileError(f"{self.name}: load and PV are powers >= 0 W, the file holds a negative one")

    @property
    def duration(self) -> int:
        """Seconds until the profile starts again."""
        return self.step_seconds * len(self.load_w)

    @property
    def has_plant(self) -> bool:
        """Whether the household has a solar plant."""
        return any(self.pv_w)


def shipped_profile(kind: str) -> HouseProfile:
    """Return one of SHIPPED_KINDS. Raises ProfileError for another name."""
    if kind not in SHIPPED_KINDS:
        raise ProfileError(
            f"there is no shipped household {kind!r}; choose one of {', '.join(SHIPPED_KINDS)}"
        )
    text = (files("openems_bridge.edge.simulation") / "data" / f"{kind}.json").read_text(encoding="utf-8")
    return _from_document(json.loads(text), kind)


def load_profile(path: Path, household: int = 0) -> HouseProfile:
    """Read household ``household`` of a file of the documented layout (``.npz``), or a ``.json`` like the shipped ones.

    npz: ``load_w`` and ``pv_w`` of shape (households, steps) in W, ``step_min`` in minutes, ``meta`` a JSON list with
    one object a household (``battery_kwh``, ``battery_kw``). Raises ProfileError.
    """
    try:
        if path.suffix == ".npz":
            return _from_npz(path, household)
        if path.suffix == ".json":
            return _from_document(json.loads(path.read_text(encoding="utf-8")), path.stem)
    except MalformedArchive as error:
        raise ProfileError(str(error)) from error
    except OSError as error:
        raise ProfileError(f"{path} cannot be read: {error.strerror or error}") from error
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, ProfileError):
            raise
        raise ProfileError(f"{path} is not of the documented layout: {error!r}") from error
    raise ProfileError(f"{path}: a profile is an .npz or a .json file")


def _from_npz(path: Path, household: int) -> HouseProfile:
    archive = Archive(path)
    load, pv = archive.numbers("load_w"), archive.numbers("pv_w")
    if load.shape != pv.shape or len(load.shape) != 2:
        raise ProfileError(
            f"{path}: load_w is {load.shape} and pv_w {pv.shape}; both must be (households, steps)"
        )
    if not 0 <= household < load.shape[0]:
        raise ProfileError(f"{path} holds the households 0 to {load.shape[0] - 1}; there is no {household}")
    meta: dict[str, Any] = json.loads(archive.text("meta"))[household]
    return HouseProfile(
        name=f"{path.stem}/{household}",
        step_seconds=round(archive.numbers("step_min").values[0] * 60),
        load_w=tuple(map(round, load.row(household))),
        pv_w=tuple(map(round, pv.row(household))),
        battery_wh=round(float(meta.get("battery_kwh") or 0) * 1000),
        battery_w=round(float(meta.get("battery_kw") or 0) * 1000),
    )


def _from_document(document: dict[str, Any], name: str) -> HouseProfile:
    return HouseProfile(
        name=str(document.get("name", name)),
        step_seconds=int(document["step_seconds"]),
        load_w=tuple(map(int, document["load_w"])),
        pv_w=tuple(map(int, document["pv_w"])),
        battery_wh=int(document.get("battery_wh", 0)),
        battery_w=int(document.get("battery_w", 0)),
    )
