"""A wanted text as constants and atoms, one after the other."""

from __future__ import annotations

from collections.abc import Callable

from mailflow_gui.mapping.by_example.atoms import Atom
from mailflow_gui.mapping.by_example.writing import Part


def cover(wanted: str, atoms: list[Atom], escaped: Callable[[str], str]) -> list[Part]:
    """``wanted`` as constants and atoms, with as few signs as possible left to constants, and the simplest atoms."""
    by_start: dict[int, list[tuple[int, Atom]]] = {}
    best: dict[str, Atom] = {}
    for atom in atoms:
        shown = escaped(atom.value)
        if shown not in best or atom.cost < best[shown].cost:
            best[shown] = atom
    for shown, atom in best.items():
        at = wanted.find(shown)
        while at >= 0:
            if _bounded(wanted, at, at + len(shown)):
                by_start.setdefault(at, []).append((at + len(shown), atom))
            at = wanted.find(shown, at + 1)
    costs = [0.0] * (len(wanted) + 1)
    choice: list[tuple[int, Atom | None]] = [(len(wanted), None)] * (len(wanted) + 1)
    for at in range(len(wanted) - 1, -1, -1):
        costs[at], choice[at] = costs[at + 1] + 1.0, (at + 1, None)
        for end, atom in by_start.get(at, ()):
            cost = costs[end] + 0.5 * atom.cost
            if cost < costs[at]:
                costs[at], choice[at] = cost, (end, atom)
    covering: list[Part] = []
    at = 0
    while at < len(wanted):
        end, chosen = choice[at]
        if chosen is not None:
            covering.append(chosen)
        elif covering and isinstance(covering[-1], str):
            covering[-1] += wanted[at:end]
        else:
            covering.append(wanted[at:end])
        at = end
    return covering


def _bounded(text: str, start: int, end: int) -> bool:
    """Whether no Latin word or number is cut at either end."""
    return not (
        (start and _joins(text[start - 1], text[start])) or (end < len(text) and _joins(text[end - 1], text[end]))
    )


def _joins(left: str, right: str) -> bool:
    return left.isascii() and right.isascii() and left.isalnum() and right.isalnum()
