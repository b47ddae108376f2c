"""The arguments of ``join``, ``leave``, ``export``, ``withdraw`` and ``verify``."""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

from dems_protocol.plants import PlantKind

type Commands = argparse._SubParsersAction[argparse.ArgumentParser]
type AddConfiguration = Callable[[argparse.ArgumentParser], None]


def add_community_commands(commands: Commands, add_configuration: AddConfiguration) -> None:
    """Add the five commands; ``add_configuration`` adds the option --config."""
    _add_join(commands, add_configuration)
    leave = commands.add_parser("leave", help="leave the community with the next slot")
    add_configuration(leave)
    leave.set_defaults(command=_leave)
    _add_export(commands, add_configuration)
    _add_withdraw(commands, add_configuration)
    _add_verify(commands)


def _add_join(commands: Commands, add_configuration: AddConfiguration) -> None:
    parser = commands.add_parser(
        "join", help="accept an invitation to a community, once you have read what its operator will see"
    )
    add_configuration(parser)
    parser.add_argument("invitation", metavar="INVITATION", help="the line that begins with dems:")
    parser.add_argument(
        "--plant-power", metavar="W", type=_whole, default=0, help="nominal power of the plant"
    )
    parser.add_argument("--battery-power", metavar="W", type=_whole, default=0, help="power of the battery")
    parser.add_argument(
        "--battery-capacity", metavar="WH", type=_whole, default=0, help="usable capacity of the battery"
    )
    parser.add_argument(
        "--plant-kind",
        type=_kind,
        metavar="|".join(kind.word for kind in PlantKind),
        help="what the plant is (default: solar)",
    )
    parser.add_argument(
        "--commissioned", metavar="YYYY-MM-DD", type=_day, help="when the plant began to operate"
    )
    parser.add_argument(
        "--plant-unit", metavar="SEE9…", help="the plant's unit number in the Marktstammdatenregister"
    )
    parser.add_argument(
        "--agree",
        metavar="0x…",
        help="the keccak of the text that you agree to, where nobody can be asked (it is shown with the text)",
    )
    parser.set_defaults(command=_join)


def _add_export(commands: Commands, add_configuration: AddConfiguration) -> None:
    parser = commands.add_parser("export", help="write the proofs of a period into a file")
    add_configuration(parser)
    parser.add_argument("file", metavar="FILE", type=Path, help="the file, which must be new")
    for name, end in (("--from", "first"), ("--to", "last")):
        parser.add_argument(
            name,
            metavar="SLOT|TIME",
            dest=end,
            required=True,
            help=f"the {end} slot: its number, or a local time such as 2026-11-20T14:00",
        )
    parser.set_defaults(command=_export)


def _add_withdraw(commands: Commands, add_configuration: AddConfiguration) -> None:
    parser = commands.add_parser(
        "withdraw", help="pay deposits that came back out to the household's own account"
    )
    add_configuration(parser)
    parser.add_argument(
        "--amount", metavar="UNITS", type=_amount, help="in the currency's smallest unit (default: all of it)"
    )
    parser.set_defaults(command=_withdraw)


def _add_verify(commands: Commands) -> None:
    parser = commands.add_parser(
        "verify", help="check a file of proofs against the chain, trusting nobody: needs no bridge"
    )
    parser.add_argument(
        "file", metavar="FILE", type=Path, help="the file that `export` or Home Assistant wrote"
    )
    parser.add_argument("--rpc", metavar="URL", required=True, help="a node of the community's chain")
    parser.add_argument(
        "--ledger", metavar="0x…", help="the ledger's address, if you know it from somebody you trust"
    )
    parser.set_defaults(command=_verify)


def _whole(text: str) -> int:
    value = int(text)
    if not 0 <= value < 2**32:
        raise argparse.ArgumentTypeError("expected 0 to 4294967295")
    return value


def _amount(text: str) -> int:
    value = int(text)
    if not 0 < value < 2**53:
        raise argparse.ArgumentTypeError("expected a whole number above 0")
    return value


def _kind(text: str) -> PlantKind:
    try:
        return PlantKind.of_word(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a day such as 2020-05-01, found {text[:60]!r}") from None


def _join(options: argparse.Namespace) -> int:
    from openems_bridge.cli import community
    from openems_bridge.cli.terminal import complain
    from openems_bridge.configuration.loading import load_configuration
    from openems_bridge.ledger.plant import Plant

    try:
        plant = Plant(
            plant_power=options.plant_power,
            battery_power=options.battery_power,
            battery_capacity=options.battery_capacity,
            kind=options.plant_kind,
            commissioned=options.commissioned,
            unit=options.plant_unit,
        )
    except ValueError as error:
        complain(f"The plant cannot be told like this: {error}.")
        return community.WRONG_USE
    data_dir = load_configuration(options.config).data_dir
    return community.join(data_dir, options.invitation, plant, options.agree)


def _leave(options: argparse.Namespace) -> int:
    from openems_bridge.cli import community
    from openems_bridge.configuration.loading import load_configuration

    return community.leave(load_configuration(options.config).data_dir)


def _withdraw(options: argparse.Namespace) -> int:
    from openems_bridge.cli import community
    from openems_bridge.configuration.loading import load_configuration

    return community.withdraw(load_configuration(options.config).data_dir, options.amount)


def _export(options: argparse.Namespace) -> int:
    from openems_bridge.cli import community
    from openems_bridge.configuration.loading import load_configuration

    return community.export(load_configuration(options.config), options.file, options.first, options.last)


def _verify(options: argparse.Namespace) -> int:
    from openems_bridge.cli import verify

    return verify.verify(options.file, options.rpc, options.ledger)
