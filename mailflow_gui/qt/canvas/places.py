"""Where cards stand: the grid, card sizes, and places for nodes whose file says none."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping

from mailflow_gui.flow.model import Edge, Flow

GRID = 16
"""Scene units between two grid dots; cards snap to it."""

COLUMN = 256
ROW = 208
"""Steps between cards that are placed automatically; multiples of the grid."""

FARTHEST = 100_000.0
"""The scene ends here; a card whose file puts it beyond is drawn at the edge, its position stays as it is."""

Place = tuple[float, float]


def keys_of(flow: Flow) -> list[str]:
    """One key for each node: its id, and for the second of two with one id (a problem, but kept) a longer one."""
    seen: dict[str, int] = {}
    keys = []
    for node in flow.nodes:
        count = seen.get(node.id, 0)
        seen[node.id] = count + 1
        keys.append(node.id if not count else f"{node.id}\0{count}")
    return keys


def places(flow: Flow, known: Mapping[str, Place]) -> dict[str, Place]:
    """A place for every node, by key: its position, else the ``known`` one, else a free one in the column of its depth."""
    keys = keys_of(flow)
    found: dict[str, Place] = {}
    missing: list[str] = []
    for key, node in zip(keys, flow.nodes, strict=True):
        if node.position is not None:
            found[key] = (_inside(node.position[0]), _inside(node.position[1]))
        elif key in known:
            found[key] = known[key]
        else:
            missing.append(key)
    if not missing:
        return found
    depths = _depths(keys, flow.edges)
    left = min((x for x, _ in found.values()), default=0.0)
    below = max((y for _, y in found.values()), default=-ROW) + ROW
    rows: dict[int, int] = {}
    for key in missing:
        depth = depths.get(key, 0)
        found[key] = (left + depth * COLUMN, below + rows.get(depth, 0) * ROW)
        rows[depth] = rows.get(depth, 0) + 1
    return found


def free_place(wanted: Place, taken: Collection[Place]) -> Place:
    """``wanted`` on the grid, moved down and right until no card stands exactly there."""
    x, y = snapped(wanted[0]), snapped(wanted[1])
    while (x, y) in taken:
        x, y = x + 2 * GRID, y + 2 * GRID
    return (x, y)


def snapped(value: float) -> float:
    """The nearest coordinate on the grid."""
    return float(GRID * math.floor(_inside(value) / GRID + 0.5))


def _inside(value: float) -> float:
    return min(max(float(value), -FARTHEST), FARTHEST)


def _depths(keys: Collection[str], edges: Iterable[Edge]) -> dict[str, int]:
    """How many links lead to each node at most, counted without going round in circles."""
    known = set(keys)
    leaving: dict[str, list[str]] = {}
    entering = dict.fromkeys(keys, 0)
    for edge in edges:
        if edge.source in known and edge.target in known and edge.source != edge.target:
            leaving.setdefault(edge.source, []).append(edge.target)
            entering[edge.target] += 1
    depths = dict.fromkeys((key for key in keys if not entering[key]), 0)
    waiting = list(depths)
    while waiting:
        key = waiting.pop()
        for target in leaving.get(key, ()):
            depths[target] = max(depths.get(target, 0), depths[key] + 1)
            entering[target] -= 1
            if not entering[target]:
                waiting.append(target)
    return depths
