"""What was asked cannot be done, and why: a stable code that Home Assistant translates."""

from collections.abc import Mapping

from dems_node.json_types import Json


class Refused(Exception):
    """Nothing was changed. ``code`` is stable, the text says what to do; ``params`` help to translate it."""

    def __init__(self, code: str, detail: str, params: Mapping[str, Json] | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.params = {} if params is None else dict(params)
