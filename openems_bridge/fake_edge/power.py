"""OpenEMS' power solver, as far as a client can feel it: the first controller wins, later ones fit into what is left."""

from enum import Enum


class Relation(Enum):
    """What a constraint asks of the active power of an ESS."""

    EQUALS = "Equals"
    LESS_OR_EQUALS = "LessOrEquals"
    GREATER_OR_EQUALS = "GreaterOrEquals"


class PowerRange:
    """The AC power (W) that one ESS may still be given in this cycle."""

    def __init__(self, least: int, most: int) -> None:
        self._least = least
        self._most = most

    @property
    def least(self) -> int:
        """The least power that is still possible."""
        return self._least

    @property
    def most(self) -> int:
        """The greatest power that is still possible."""
        return self._most

    def constrain(self, relation: Relation, power: int) -> None:
        """Add a controller's wish; what no longer fits is moved to the nearest power that does."""
        power = max(self._least, min(self._most, power))
        if relation is not Relation.LESS_OR_EQUALS:
            self._least = power
        if relation is not Relation.GREATER_OR_EQUALS:
            self._most = power

    def solution(self) -> int:
        """Return the power to apply: the possible one nearest to 0 W."""
        return max(self._least, min(self._most, 0))
