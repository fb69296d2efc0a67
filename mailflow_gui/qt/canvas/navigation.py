"""Walking from node to node by keyboard."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mailflow_gui.qt.canvas.places import Place


def nearest(shown: Mapping[str, Place], keys: Collection[str], start: str | None, direction: Place) -> str | None:
    """The nearest node in a direction; what lies aside counts double. Without a start: the first by reading order."""
    places = {key: shown[key] for key in keys if key in shown}
    if start not in places:
        return min(places, key=lambda key: (places[key][0], places[key][1]), default=None)
    x, y = places.pop(start)
    found: list[tuple[float, str]] = []
    for key, (other_x, other_y) in places.items():
        along = (other_x - x) * direction[0] + (other_y - y) * direction[1]
        aside = abs((other_x - x) * direction[1]) + abs((other_y - y) * direction[0])
        if along > 0:
            found.append((along + 2 * aside, key))
    return min(found)[1] if found else None
