"""A TPM for a whole module, because it takes a second to start one."""

from collections.abc import Iterator

import pytest

from tests.keys.places import simulated_tpm


@pytest.fixture(scope="module")
def tpm_tcti() -> Iterator[str]:
    with simulated_tpm() as tcti:
        yield tcti
