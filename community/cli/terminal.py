"""What goes to the terminal: answers to stdout, complaints to stderr; failures that a person can act on become a status."""

import sys
from collections.abc import Callable

from community.chain.facts import WrongContracts
from community.deployment import DeploymentError
from dems_node.chain.errors import ChainError
from dems_node.data_folder import DataFolderUnusable
from dems_node.database.errors import StoreError
from dems_node.https.server import PortTaken
from dems_node.https.tls import CertificateUnusable
from dems_node.keys.errors import KeysUnusable

EXPLAINED = (
    CertificateUnusable,
    ChainError,
    DataFolderUnusable,
    DeploymentError,
    KeysUnusable,
    PortTaken,
    StoreError,
    WrongContracts,
)
"""Failures whose text says what to do."""


def say(line: str = "") -> None:
    """Write a line of the answer."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def complain(line: str) -> None:
    """Write what went wrong, and what to do."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def explained(work: Callable[[], int]) -> int:
    """Return the work's exit status, 1 after telling a failure that a person can act on."""
    try:
        return work()
    except EXPLAINED as error:
        complain(str(error))
        return 1
