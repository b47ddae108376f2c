"""Errors as problem documents (RFC 9457) with a stable type, which clients translate."""

from collections.abc import Mapping

from dems_node.json_types import Json

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:dems:problem:"


class Problem(Exception):
    """An error that goes to the client as it is: HTTP status, stable kind, title, and what to do (detail).

    ``code`` and ``params`` are stable too, and only there where they help to translate the detail.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        title: str,
        detail: str,
        *,
        code: str | None = None,
        params: Mapping[str, Json] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.title = title
        self.detail = detail
        self.code = code
        self.params = params

    def document(self) -> dict[str, Json]:
        """Return the problem document."""
        document: dict[str, Json] = {
            "type": TYPE_PREFIX + self.kind,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.code is not None:
            document["code"] = self.code
        if self.params is not None:
            document["params"] = dict(self.params)
        return document


def invalid(detail: str, key: str | None = None) -> Problem:
    """Return the problem of a document that is JSON but not what was asked for."""
    return Problem(422, "invalid", "Invalid request", detail, params=None if key is None else {"key": key})


def out_of_range(detail: str, key: str) -> Problem:
    """Return the problem of a value that is outside its range."""
    return Problem(422, "out-of-range", "Value out of range", detail, params={"key": key})
