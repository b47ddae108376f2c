"""Exact flows of whole Wh in small networks: successive shortest paths (Ahuja, Magnanti, Orlin, Network Flows, ch. 9).

Deterministic: the same network gives the same flow, whatever the machine.
"""

from collections import deque
from dataclasses import dataclass, field

UNLIMITED = 1 << 62
_FAR = 1 << 62


@dataclass(slots=True)
class FlowNetwork:
    """A directed network of ``nodes`` nodes with capacities (Wh) and costs of arcs, and the flow that was pushed."""

    nodes: int
    _ends: list[int] = field(default_factory=list)
    _room: list[int] = field(default_factory=list)
    _costs: list[int] = field(default_factory=list)
    _arcs: list[list[int]] = field(init=False)

    def __post_init__(self) -> None:
        self._arcs = [[] for _ in range(self.nodes)]

    def add_arc(self, start: int, end: int, capacity: int, cost: int = 0) -> int:
        """Add an arc and return its number."""
        number = len(self._ends)
        self._arcs[start].append(number)
        self._arcs[end].append(number + 1)
        self._ends += (end, start)
        self._room += (capacity, 0)
        self._costs += (cost, -cost)
        return number

    def flow(self, arc: int) -> int:
        """Return the flow on an arc."""
        return self._room[arc ^ 1]

    def push(self, source: int, sink: int) -> int:
        """Push as much as fits from source to sink, cheapest paths first, and return how much that was."""
        pushed = 0
        while path := self._cheapest_path(source, sink):
            amount = min(self._room[arc] for arc in path)
            for arc in path:
                self._room[arc] -= amount
                self._room[arc ^ 1] += amount
            pushed += amount
        return pushed

    def reached_from(self, source: int) -> set[int]:
        """Return the nodes that can still be reached from the source: its side of a smallest cut after `push`."""
        reached, waiting = {source}, [source]
        while waiting:
            for arc in self._arcs[waiting.pop()]:
                end = self._ends[arc]
                if self._room[arc] and end not in reached:
                    reached.add(end)
                    waiting.append(end)
        return reached

    def _cheapest_path(self, source: int, sink: int) -> list[int]:
        distances = [_FAR] * self.nodes
        distances[source] = 0
        arrivals = [-1] * self.nodes
        waiting, is_waiting = deque([source]), [False] * self.nodes
        while waiting:
            node = waiting.popleft()
            is_waiting[node] = False
            here = distances[node]
            for arc in self._arcs[node]:
                if not self._room[arc]:
                    continue
                end, distance = self._ends[arc], here + self._costs[arc]
                if distance < distances[end]:
                    distances[end], arrivals[end] = distance, arc
                    if not is_waiting[end]:
                        waiting.append(end)
                        is_waiting[end] = True
        return self._path_to(sink, source, arrivals)

    def _path_to(self, node: int, source: int, arrivals: list[int]) -> list[int]:
        path = []
        while node != source:
            arc = arrivals[node]
            if arc < 0:
                return []
            path.append(arc)
            node = self._ends[arc ^ 1]
        return path
