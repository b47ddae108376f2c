"""Reading a configuration file: YAML without doubtful features, then a schema; every mistake is named with its path."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import voluptuous as vol
import yaml

from dems_node.configuration.values import ConfigurationError

_DEEPEST = 20
_LARGEST_FILE = 1024 * 1024


def read_configuration_text(path: Path, hint: str) -> str:
    """Return the text of a file; ``hint`` says how to get one. Blocks on the disk. Raises ConfigurationError."""
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(_LARGEST_FILE)
    except OSError as error:
        raise ConfigurationError([f"{path} cannot be read: {error.strerror}. {hint}"]) from None
    except UnicodeDecodeError:
        raise ConfigurationError([f"{path} is not a text file in UTF-8."]) from None


def parse_configuration_text[T](text: str, schema: Callable[[Any], T]) -> T:
    """Return what a schema makes of a YAML text. Raises ConfigurationError with one line per mistake."""
    try:
        document = yaml.load(text, Loader=_UniqueKeys)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise ConfigurationError([f"not YAML: {_yaml_problem(error)}"]) from None
    try:
        return schema(document)
    except vol.MultipleInvalid as error:
        raise ConfigurationError([_line(one) for one in error.errors]) from None
    except vol.Invalid as error:
        raise ConfigurationError([_line(error)]) from None


class _UniqueKeys(yaml.SafeLoader):
    """Refuses a key that is given twice, of which YAML would silently take the last, and what is nested too deep."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self._depth += 1
        if parent is not None and self._depth > _DEEPEST:
            raise yaml.MarkedYAMLError(problem="nested too deep", problem_mark=parent.start_mark)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is not None and key in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"{key!r} is given twice", problem_mark=key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def _yaml_problem(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}, column {error.problem_mark.column + 1}: {error.problem}"
    return "it holds characters that YAML does not allow"


def _line(error: vol.Invalid) -> str:
    path = re.sub(r"\.\[", "[", ".".join(str(part) for part in error.path))
    return f"{path}: {error.error_message}" if path else error.error_message
