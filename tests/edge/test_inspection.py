"""The lines of ``check`` that need no Edge."""

import pytest

from openems_bridge.edge.interface import Finding
from openems_bridge.edge.openems.channels import EDGE_CLOCK
from openems_bridge.edge.openems.inspection import clock_line


@pytest.mark.parametrize(
    ("theirs", "finding", "words"),
    [
        (1000, Finding.OK, "differ by 0 s"),
        (995, Finding.OK, "differ by 5 s"),
        (1006, Finding.ERROR, "6 s ahead of ours"),
        (900, Finding.ERROR, "100 s behind ours"),
        (None, Finding.NOTE, "does not tell"),
    ],
)
def test_clocks(theirs: int | None, finding: Finding, words: str) -> None:
    line = clock_line({EDGE_CLOCK: theirs}, 1000.0)
    assert line.finding is finding
    assert words in line.message
