"""What lies in the operator's data folder."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from community.chain.facts import Addresses
from community.configuration.model import CommunityConfiguration, ContractOptions
from community.deployment import Deployment
from dems_node.configuration.values import ConfigurationError
from dems_node.data_folder import locked_folder

LOCK_FILE = "community.lock"
DATABASE_FILE = "community.sqlite3"
DEPLOYMENT_FILE = "deployment.json"
_BLOCK = "since_block"
_LARGEST_FILE = 64 * 1024


@contextmanager
def locked_data_folder(path: Path) -> Iterator[Path]:
    """Make the folder (mode 0700) if need be, and hold its lock while the context lasts. Raises DataFolderUnusable."""
    with locked_folder(path, LOCK_FILE, "operator's daemon"):
        yield path


def write_deployment(folder: Path, deployment: Deployment, since_block: int) -> Path:
    """Note where the contracts are. Raises FileExistsError: a deployment is never overwritten."""
    path = folder / DEPLOYMENT_FILE
    document = {"contracts": deployment.to_json(), _BLOCK: since_block}
    with path.open("x", encoding="utf-8") as file:
        file.write(json.dumps(document, indent=1) + "\n")
    return path


def contracts_of(configuration: CommunityConfiguration) -> ContractOptions:
    """Return where the contracts are: configured, or noted by ``deploy``. Blocks. Raises ConfigurationError."""
    if configuration.contracts is not None:
        return configuration.contracts
    path = configuration.data_dir / DEPLOYMENT_FILE
    try:
        with path.open(encoding="utf-8") as file:
            document = json.loads(file.read(_LARGEST_FILE))
        deployment = Deployment.from_json(document["contracts"])
        since_block = int(document[_BLOCK])
    except FileNotFoundError:
        raise ConfigurationError(
            [f"contracts: expected addresses, or {path} as `dems-community deploy` writes it; found neither"]
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError([f"contracts: {path} cannot be used ({error}): take a sound copy"]) from None
    return ContractOptions(
        addresses=Addresses(
            registry=deployment.registry,
            ledger=deployment.ledger,
            netting=deployment.netting,
            account=deployment.account,
            market=deployment.market,
            suggestions=deployment.suggestions,
        ),
        since_block=since_block,
    )
