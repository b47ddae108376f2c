"""The arguments of ``join``, ``leave``, ``export`` and ``verify``."""

import argparse
from collections.abc import Callable
from pathlib import Path

type Commands = argparse._SubParsersAction[argparse.ArgumentParser]
type AddConfiguration = Callable[[argparse.ArgumentParser], None]


def add_community_commands(commands: Commands, add_configuration: AddConfiguration) -> None:
    """Add the four commands; ``add_configuration`` adds the option --config."""
    _add_join(commands, add_configuration)
    leave = commands.add_parser("leave", help="leave the community with the next slot")
    add_configuration(leave)
    leave.set_defaults(command=_leave)
    _add_export(commands, add_configuration)
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


def _join(options: argparse.Namespace) -> int:
    from openems_bridge.cli import community
    from openems_bridge.configuration.loading import load_configuration
    from openems_bridge.ledger.plant import Plant

    plant = Plant(
        plant_power=options.plant_power,
        battery_power=options.battery_power,
        battery_capacity=options.battery_capacity,
    )
    data_dir = load_configuration(options.config).data_dir
    return community.join(data_dir, options.invitation, plant, options.agree)


def _leave(options: argparse.Namespace) -> int:
    from openems_bridge.cli import community
    from openems_bridge.configuration.loading import load_configuration

    return community.leave(load_configuration(options.config).data_dir)


def _export(options: argparse.Namespace) -> int:
    from openems_bridge.cli import community
    from openems_bridge.configuration.loading import load_configuration

    return community.export(load_configuration(options.config), options.file, options.first, options.last)


def _verify(options: argparse.Namespace) -> int:
    from openems_bridge.cli import verify

    return verify.verify(options.file, options.rpc, options.ledger)
