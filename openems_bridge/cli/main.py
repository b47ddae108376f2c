"""The parser of the command line and its exit statuses: 0 done, 1 failed, 2 wrong configuration or arguments."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from dems_node.configuration.values import ConfigurationError
from openems_bridge import __version__
from openems_bridge.cli.community_arguments import add_community_commands
from openems_bridge.cli.key_arguments import add_key_commands
from openems_bridge.cli.terminal import complain

WRONG_USE = 2
FAKE_EDGE = "fake-edge"
DEFAULT_CONFIGURATION = Path("bridge.yaml")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == [FAKE_EDGE]:
        return _fake_edge(given[1:])
    options = _parser().parse_args(given)
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
        prog="openems-bridge",
        description="One household's bridge between its energy system, its community and Home Assistant.",
    )
    parser.add_argument("--version", action="version", version=f"openems-bridge {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_init(commands)
    _add_check(commands)
    _add_run(commands)
    _add_pair(commands)
    add_key_commands(commands, _add_configuration)
    add_community_commands(commands, _add_configuration)
    _add_supervised(commands)
    # Its options are its own: see main.
    commands.add_parser(FAKE_EDGE, help="run a fake OpenEMS Edge on top of a simulated house", add_help=False)
    return parser


type _Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def _add_init(commands: _Commands) -> None:
    parser = commands.add_parser("init", help="write a commented example of the configuration")
    parser.add_argument(
        "--output", type=Path, default=DEFAULT_CONFIGURATION, help="where to (default: %(default)s)"
    )
    parser.set_defaults(command=_init)


def _add_check(commands: _Commands) -> None:
    parser = commands.add_parser("check", help="try the configuration against the Edge and say what works")
    _add_configuration(parser)
    parser.set_defaults(command=_check)


def _add_run(commands: _Commands) -> None:
    parser = commands.add_parser("run", help="run the bridge until it is stopped (Ctrl-C, SIGTERM)")
    _add_configuration(parser)
    parser.set_defaults(command=_run)


def _add_pair(commands: _Commands) -> None:
    parser = commands.add_parser(
        "pair", help="show a code to pair Home Assistant with, list or revoke clients"
    )
    _add_configuration(parser)
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--list", action="store_true", dest="listed", help="list the clients that are paired")
    choice.add_argument("--revoke", metavar="ID", help="never accept this client's token again")
    choice.add_argument(
        "--json", action="store_true", dest="as_json", help="show the code as JSON, for programs"
    )
    parser.set_defaults(command=_pair)


def _add_supervised(commands: _Commands) -> None:
    for name, command, help_text in (
        ("supervised", _supervised, "run as an app of Home Assistant: prepare, announce and run"),
        ("announce", _announce, "tell Home Assistant's supervisor of the bridge until it is paired"),
    ):
        parser = commands.add_parser(name, help=help_text)
        parser.add_argument(
            "--data", type=Path, default=Path("/data"), help="the data folder (default: %(default)s)"
        )
        parser.set_defaults(command=command)


def _add_configuration(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", type=Path, default=DEFAULT_CONFIGURATION, help="the configuration (default: %(default)s)"
    )


# Each command imports what it needs: `pair` must not wait for the libraries of an Edge.


def _init(options: argparse.Namespace) -> int:
    from openems_bridge.cli.init import write_example

    return write_example(options.output)


def _check(options: argparse.Namespace) -> int:
    from openems_bridge.cli.check import check
    from openems_bridge.configuration.loading import load_configuration

    return check(load_configuration(options.config))


def _run(options: argparse.Namespace) -> int:
    from openems_bridge.cli.run import run
    from openems_bridge.configuration.loading import load_configuration

    return run(load_configuration(options.config))


def _pair(options: argparse.Namespace) -> int:
    from openems_bridge.cli import pair
    from openems_bridge.configuration.loading import load_configuration

    data_dir = load_configuration(options.config).data_dir
    if options.listed:
        return pair.list_clients(data_dir)
    if options.revoke is not None:
        return pair.revoke_client(data_dir, options.revoke)
    return pair.show_code(data_dir, as_json=options.as_json)


def _supervised(options: argparse.Namespace) -> int:
    from openems_bridge.cli.supervised import run_supervised

    return run_supervised(options.data)


def _announce(options: argparse.Namespace) -> int:
    from openems_bridge.cli.supervised import announce_to_supervisor

    return announce_to_supervisor(options.data)


def _fake_edge(arguments: list[str]) -> int:
    from openems_bridge.fake_edge.app import main as fake_edge

    return fake_edge(arguments)
