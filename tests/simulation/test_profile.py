"""Profiles: the shipped households and files of the documented layout."""

import json
import struct
import zipfile
from pathlib import Path

import pytest

from openems_bridge.edge.simulation import generate
from openems_bridge.edge.simulation.profile import SHIPPED_KINDS, ProfileError, load_profile, shipped_profile


def npy(descr: str, shape: tuple[int, ...], data: bytes) -> bytes:
    header = repr({"descr": descr, "fortran_order": False, "shape": shape}).encode()
    header += b" " * (63 - (len(header) + 10) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


def archive(
    path: Path, *, load: list[list[int]], pv: list[list[int]], meta: object, minutes: int = 15
) -> Path:
    def table(rows: list[list[int]]) -> bytes:
        flat = [value for row in rows for value in row]
        return npy("<u2", (len(rows), len(rows[0])), struct.pack(f"<{len(flat)}H", *flat))

    text = json.dumps(meta)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("load_w.npy", table(load))
        file.writestr("pv_w.npy", table(pv))
        file.writestr("step_min.npy", npy("<i8", (), struct.pack("<q", minutes)))
        file.writestr("meta.npy", npy(f"<U{len(text)}", (), text.encode("utf-32-le")))
        file.writestr("temp_c.npy", npy("<f4", (2,), struct.pack("<2f", 1.5, 2.5)))
    return path


META = [{"battery_kwh": 10.0, "battery_kw": 5.0}, {"battery_kwh": 0.0, "battery_kw": 0.0}]


@pytest.mark.parametrize("kind", SHIPPED_KINDS)
def test_a_shipped_household_is_what_the_generator_makes(kind: str) -> None:
    shipped, made = shipped_profile(kind), generate.household(kind)
    assert list(shipped.load_w) == made["load_w"]
    assert list(shipped.pv_w) == made["pv_w"]
    assert shipped.duration == 7 * 86_400


@pytest.mark.parametrize("kind", SHIPPED_KINDS)
def test_a_shipped_household_is_plausible(kind: str) -> None:
    profile = shipped_profile(kind)
    daily_kwh = sum(profile.load_w) * profile.step_seconds / 3.6e6 / 7
    assert 5 < daily_kwh < 30
    assert min(profile.load_w) > 50
    assert max(profile.load_w) > 2000
    steps = 86_400 // profile.step_seconds
    for day in range(7):
        night = profile.pv_w[day * steps : day * steps + steps // 6]
        assert max(night) == 0


def test_the_shipped_households_differ_from_each_other_and_their_days_do() -> None:
    profiles = [shipped_profile(kind) for kind in SHIPPED_KINDS]
    assert len({profile.load_w for profile in profiles}) == len(SHIPPED_KINDS) == 5
    assert {profile.has_plant for profile in profiles} == {True, False}
    family = shipped_profile("family")
    steps = 86_400 // family.step_seconds
    suns = [sum(family.pv_w[day * steps : (day + 1) * steps]) for day in range(7)]
    assert max(suns) > 3 * min(suns)


def test_an_unknown_kind_is_named_with_the_known_ones() -> None:
    with pytest.raises(ProfileError, match=r"'castle'.*family"):
        shipped_profile("castle")


def test_an_archive_of_the_documented_layout_is_read(tmp_path: Path) -> None:
    path = archive(
        tmp_path / "two.npz", load=[[1, 2, 3], [400, 500, 65535]], pv=[[0, 9, 0], [0, 0, 0]], meta=META
    )
    first, second = load_profile(path, 0), load_profile(path, 1)
    assert (first.load_w, first.pv_w, first.step_seconds) == ((1, 2, 3), (0, 9, 0), 900)
    assert (first.battery_wh, first.battery_w) == (10_000, 5_000)
    assert second.load_w == (400, 500, 65535)
    assert (second.battery_wh, second.has_plant) == (0, False)


def test_a_household_that_is_not_in_the_file_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "one.npz", load=[[1]], pv=[[0]], meta=META)
    with pytest.raises(ProfileError, match="households 0 to 0; there is no 3"):
        load_profile(path, 3)


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.npz"
    path.write_text("no zip")
    with pytest.raises(ProfileError, match="not an npz archive"):
        load_profile(path)


def test_a_missing_array_is_named(tmp_path: Path) -> None:
    path = tmp_path / "empty.npz"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("other.npy", b"")
    with pytest.raises(ProfileError, match="no array named load_w"):
        load_profile(path)


def test_a_cut_off_array_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.npz"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("load_w.npy", npy("<u2", (1, 4), b"\0\0"))
    with pytest.raises(ProfileError, match="load_w holds 2 bytes"):
        load_profile(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"nowhere\.npz cannot be read"):
        load_profile(tmp_path / "nowhere.npz")


def test_a_json_file_like_the_shipped_ones_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"step_seconds": 60, "load_w": [100], "pv_w": [50]}))
    profile = load_profile(path)
    assert (profile.name, profile.step_seconds, profile.load_w) == ("mine", 60, (100,))


def test_a_json_file_without_its_series_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text("{}")
    with pytest.raises(ProfileError, match="not of the documented layout"):
        load_profile(path)


def test_series_of_different_lengths_and_negative_powers_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"step_seconds": 60, "load_w": [100, 2], "pv_w": [50]}))
    with pytest.raises(ProfileError, match="2 steps of load and 1 of PV"):
        load_profile(path)
    path.write_text(json.dumps({"step_seconds": 60, "load_w": [-1], "pv_w": [50]}))
    with pytest.raises(ProfileError, match="negative"):
        load_profile(path)


def test_a_profile_is_a_known_kind_of_file(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"\.npz or a \.json"):
        load_profile(tmp_path / "house.csv")


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (npy("<U4", (1,), b""), "has the type <U4"),
        (b"not numpy at all", "no NPY data"),
        (b"\x93NUMPY\x01\x00" + struct.pack("<H", 4) + b"oops", "unreadable header"),
        (npy("<u2", (1, 2), b"\0\0\0\0").replace(b"False", b"True "), "Fortran order"),
    ],
)
def test_an_array_that_cannot_be_read_is_named(tmp_path: Path, entry: bytes, problem: str) -> None:
    path = tmp_path / "odd.npz"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("load_w.npy", entry)
    with pytest.raises(ProfileError, match=problem):
        load_profile(path)
