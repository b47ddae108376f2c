"""``dems-community init``: a commented example of the configuration."""

from pathlib import Path

from community.cli.terminal import complain, say
from community.configuration.example import EXAMPLE


def write_example(path: Path) -> int:
    """Write the example unless there is a file. Return the exit status."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(EXAMPLE)
    except FileExistsError:
        complain(f"{path} exists already and was left as it is. Name another file with --output.")
        return 1
    except OSError as error:
        complain(f"{path} cannot be written: {error.strerror}.")
        return 1
    say(f"Wrote {path}. Edit it; then make the keys: dems-community keys --create --config {path}")
    return 0
