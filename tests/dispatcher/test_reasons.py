"""The codes that Home Assistant translates are stable, and come with the parameters that they name."""

import ast
import re
from itertools import pairwise
from pathlib import Path

from openems_bridge.dispatcher import reasons
from openems_bridge.dispatcher.reasons import Reason, ReasonCode, RequestRefused

FOLDER = Path(reasons.__file__).parent


def test_codes_are_snake_case_and_documented() -> None:
    tree = ast.parse((FOLDER / "reasons.py").read_text())
    body = next(
        node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "ReasonCode"
    )
    for node, after in pairwise(body):
        if isinstance(node, ast.Assign):
            assert isinstance(after, ast.Expr), f"{ast.unparse(node)} has no docstring"
    for code in ReasonCode:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", code)
        assert code.name == code.value.upper()
        assert ReasonCode(code.value) is code


def test_every_code_is_used() -> None:
    modules = [path.read_text() for path in FOLDER.glob("*.py") if path.name != "reasons.py"]
    unused = [code for code in ReasonCode if not any(f"ReasonCode.{code.name}" in text for text in modules)]
    assert unused == []


def test_a_refusal_says_what_and_with_which_value() -> None:
    refused = RequestRefused(Reason(ReasonCode.SLOT_PAST, {"slot": 7}))
    assert str(refused) == "slot_past (slot=7)"
    assert str(RequestRefused(Reason(ReasonCode.MODE_OFF))) == "mode_off"
