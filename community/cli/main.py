"""The parser of the command line and its exit statuses: 0 done, 1 failed, 2 wrong configuration or arguments."""

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from community import __version__
from community.cli.member_arguments import add_member_commands
from community.cli.terminal import complain
from dems_node.configuration.values import ConfigurationError

WRONG_USE = 2
DEFAULT_CONFIGURATION = Path("community.yaml")

type _Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except ConfigurationError as error:
        complain(f"The configuration {getattr(options, 'config', '')} cannot be used:")
        for mistake in error.mistakes:
            complain(f"  {mistake}")
        return WRONG_USE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dems-community",
        description="The daemon of an energy community's operator, and its administration.",
    )
    parser.add_argument("--version", action="version", version=f"dems-community {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_init(commands)
    _add(commands, "check", "try configuration, keys, chain and contracts, and say what works", _check)
    keys = _add(commands, "keys", "show the operator's accounts", _keys)
    keys.add_argument("--create", action="store_true", help="make the keys that are missing")
    _add(commands, "deploy", "put the community's contracts on the chain", _deploy)
    _add(commands, "run", "run the daemon until it is stopped (Ctrl-C, SIGTERM)", _run)
    status = _add(commands, "status", "say how the community stands: slots, members, money, clock", _status)
    status.add_argument("--json", action="store_true", dest="as_json", help="as JSON, for programs")
    _add(commands, "lock-bond", "fill the operator's bond up, at first or after a slash", _lock_bond)
    _add_relief(commands)
    _add(commands, "rotate-sealing-key", "make another key for direct inclusions (daemon stopped)", _rotate)
    add_member_commands(partial(_add, commands))
    return parser


def _add_init(commands: _Commands) -> None:
    parser = commands.add_parser("init", help="write a commented example of the configuration")
    parser.add_argument(
        "--output", type=Path, default=DEFAULT_CONFIGURATION, help="where to (default: %(default)s)"
    )
    parser.set_defaults(command=_init)


def _add_relief(commands: _Commands) -> None:
    parser = _add(
        commands, "ask-relief", "ask the households of a zone to draw less for a while", _ask_relief
    )
    parser.add_argument("--zone", type=int, default=0, help="the zone's number (default: %(default)s)")
    parser.add_argument(
        "--minutes", type=int, default=30, help="for how long, from now (default: %(default)s)"
    )
    parser.add_argument(
        "--power",
        type=int,
        default=4200,
        metavar="W",
        help="what each is to draw at most (default: %(default)s)",
    )


def _add(
    commands: _Commands, name: str, help_text: str, command: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=help_text)
    parser.add_argument(
        "--config", type=Path, default=DEFAULT_CONFIGURATION, help="the configuration (default: %(default)s)"
    )
    parser.set_defaults(command=command)
    return parser


# Each command imports what it needs: `members` must not wait for a chain's libraries.


def _init(options: argparse.Namespace) -> int:
    from community.cli.init import write_example

    return write_example(options.output)


def _check(options: argparse.Namespace) -> int:
    from community.cli.check import check
    from community.configuration.loading import load_configuration

    return check(load_configuration(options.config))


def _keys(options: argparse.Namespace) -> int:
    from community.cli.keys import show
    from community.configuration.loading import load_configuration

    return show(load_configuration(options.config), create=options.create)


def _deploy(options: argparse.Namespace) -> int:
    from community.cli.deploy import deploy
    from community.configuration.loading import load_configuration

    return deploy(load_configuration(options.config))


def _run(options: argparse.Namespace) -> int:
    from community.cli.run import run
    from community.configuration.loading import load_configuration

    return run(load_configuration(options.config))


def _status(options: argparse.Namespace) -> int:
    from community.cli.status import show_status
    from community.configuration.loading import load_configuration

    return show_status(load_configuration(options.config), as_json=options.as_json)


def _ask_relief(options: argparse.Namespace) -> int:
    from community.cli.relief import ask_relief
    from community.configuration.loading import load_configuration

    return ask_relief(
        load_configuration(options.config), zone=options.zone, minutes=options.minutes, power=options.power
    )


def _lock_bond(options: argparse.Namespace) -> int:
    from community.cli.bond import lock_bond
    from community.configuration.loading import load_configuration

    return lock_bond(load_configuration(options.config))


def _rotate(options: argparse.Namespace) -> int:
    from community.cli.sealing import rotate
    from community.configuration.loading import load_configuration

    return rotate(load_configuration(options.config))
