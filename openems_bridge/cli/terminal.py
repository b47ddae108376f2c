"""What goes to the terminal: answers to stdout, complaints to stderr."""

import sys


def say(line: str = "") -> None:
    """Write a line of the answer."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def complain(line: str) -> None:
    """Write what went wrong, and what to do."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
