"""The arguments of the commands about members, and what they lead to."""

import argparse
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from dems_protocol.plants import PlantKind, encode_day, require_unit_number

if TYPE_CHECKING:
    from community.cli.members import PlantTold

type AddCommand = Callable[[str, str, Callable[[argparse.Namespace], int]], argparse.ArgumentParser]


def add_member_commands(add: AddCommand) -> None:
    """Add the commands; ``add`` takes name, help and what runs, and returns the parser with --config."""
    invite = add("invite", "print an invitation, good for one household", _invite)
    invite.add_argument("--note", default="", help="whom it is for; only the operator sees it")
    members = add("members", "list who belongs to the community, or wants to", _members)
    members.add_argument("--json", action="store_true", dest="as_json", help="as JSON, for programs")
    approve = add("approve", "let a household in, once its plant was checked", _approve)
    _add_plant(approve)
    plant = add("plant", "correct what the registry says of a household's plant", _plant)
    _add_plant(plant)
    refuse = add("refuse", "refuse a household that waits", _refuse)
    _add_household(refuse)
    refuse.add_argument("reason", help="what the household is told")
    remove = add("remove", "take a member out without its signature, after the registry's delay", _remove)
    _add_household(remove)
    change = add(
        "change-key", "bring a meter's new key to the registry, where its bridge cannot", _change_key
    )
    change.add_argument(
        "file",
        metavar="FILE",
        type=Path,
        help="what `openems-bridge keys sign-change` printed on the bridge's machine",
    )


def _add_household(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("household", type=_account, help="its account, 0x…")


def _add_plant(parser: argparse.ArgumentParser) -> None:
    _add_household(parser)
    parser.add_argument(
        "--plant-kind", type=_kind, metavar="|".join(kind.word for kind in PlantKind), help="what it is"
    )
    parser.add_argument("--plant-power", type=_whole, metavar="W", help="its nominal power")
    parser.add_argument(
        "--battery-capacity", type=_whole, metavar="WH", help="usable capacity of the battery"
    )
    parser.add_argument("--commissioned", type=_day, metavar="YYYY-MM-DD", help="when it began to operate")
    parser.add_argument(
        "--plant-unit",
        type=_unit,
        metavar="SEE9…",
        help="the number of its unit in the Marktstammdatenregister",
    )


def _account(text: str) -> bytes:
    if not re.fullmatch("0x[0-9a-fA-F]{40}", text):
        raise argparse.ArgumentTypeError(f"expected 0x and 40 hex digits, found {text[:60]!r}")
    return bytes.fromhex(text[2:])


def _kind(text: str) -> PlantKind:
    return _read(PlantKind.of_word, text)


def _unit(text: str) -> str:
    return _read(require_unit_number, text)


def _day(text: str) -> date:
    def read(text: str) -> date:
        day = date.fromisoformat(text)
        encode_day(day)
        return day

    return _read(read, text)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) < 2**32):
        raise argparse.ArgumentTypeError(f"expected 0 to 4294967295, found {text[:60]!r}")
    return int(text)


def _read[T](read: Callable[[str], T], text: str) -> T:
    try:
        return read(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _told(options: argparse.Namespace) -> PlantTold:
    from community.cli.members import PlantTold

    return PlantTold(
        kind=options.plant_kind,
        power=options.plant_power,
        storage=options.battery_capacity,
        commissioned=options.commissioned,
        unit=options.plant_unit,
    )


def _invite(options: argparse.Namespace) -> int:
    from community.cli.members import invite
    from community.configuration.loading import load_configuration

    return invite(load_configuration(options.config), options.note)


def _members(options: argparse.Namespace) -> int:
    from community.cli.members import list_members
    from community.configuration.loading import load_configuration

    return list_members(load_configuration(options.config), as_json=options.as_json)


def _approve(options: argparse.Namespace) -> int:
    from community.cli.members import approve
    from community.configuration.loading import load_configuration

    return approve(load_configuration(options.config), options.household, _told(options))


def _plant(options: argparse.Namespace) -> int:
    from community.cli.members import correct_plant
    from community.configuration.loading import load_configuration

    return correct_plant(load_configuration(options.config), options.household, _told(options))


def _refuse(options: argparse.Namespace) -> int:
    from community.cli.members import refuse
    from community.configuration.loading import load_configuration

    return refuse(load_configuration(options.config), options.household, options.reason)


def _remove(options: argparse.Namespace) -> int:
    from community.cli.members import remove
    from community.configuration.loading import load_configuration

    return remove(load_configuration(options.config), options.household)


def _change_key(options: argparse.Namespace) -> int:
    from community.cli.key_change import change_key
    from community.configuration.loading import load_configuration

    return change_key(load_configuration(options.config), options.file)
