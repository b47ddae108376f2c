"""``openems-bridge init``: a commented example of the configuration."""

import os
from pathlib import Path

from openems_bridge.cli.terminal import complain, say
from openems_bridge.configuration.example import EXAMPLE


def write_example(path: Path) -> int:
    """Write the example (mode 0600: a password may come in) unless there is a file. Return the exit status."""
    try:
        with open(path, "x", encoding="utf-8", opener=_private) as file:
            file.write(EXAMPLE)
    except FileExistsError:
        complain(f"{path} exists already and was left as it is. Name another file with --output.")
        return 1
    except OSError as error:
        complain(f"{path} cannot be written: {error.strerror}.")
        return 1
    say(f"Wrote {path}. Edit it, then try it: openems-bridge check --config {path}")
    return 0


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)
