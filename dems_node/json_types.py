"""The shape of a JSON document, and of the two-level state document."""

from collections.abc import Mapping, Sequence

type Json = bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None
type Section = Mapping[str, Json]
type StateDocument = Mapping[str, Section | None]
"""Sections of keys (docs/api.md, State). A section that is None has nothing to tell yet or any more."""
