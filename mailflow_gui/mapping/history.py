"""Trying a changed mapping on mails that came before: what would come out now, and what came out then. Nothing is sent or kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from mailflow_gui.errors import MailFlowError, MappingError
from mailflow_gui.mapping.mapping import CompiledMapping, MappingContext
from mailflow_gui.mapping.values import Value

Fields = Mapping[str, Value]


@dataclass(frozen=True)
class Row:
    """One mail under both mappings."""

    position: int
    """Which of the mails, from 0."""
    outcome: Literal["same", "changed", "failing"]
    """Failing: the changed mapping fails for it, whatever the one before did."""
    before: Fields | None = None
    """None where the mapping before failed."""
    after: Fields | None = None
    changed: tuple[str, ...] = ()
    """The targets that differ, in the order of the changed mapping."""
    error: MailFlowError | None = None
    """Why the changed mapping fails."""
    error_before: MailFlowError | None = None


def try_on(
    before: CompiledMapping,
    after: CompiledMapping,
    mails: Iterable[tuple[Fields, MappingContext]],
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Row]:
    """A row for each mail, worked out when it is asked for; ends early when ``cancelled`` says so.

    :param mails: the fields and the context of each mail, as the mapping's node would give them.
    """
    for position, (source, context) in enumerate(mails):
        if cancelled():
            return
        yield compared(position, _applied(before, source, context), _applied(after, source, context))


def compared(position: int, old: Fields | MailFlowError, new: Fields | MailFlowError) -> Row:
    """What became of one mail: the fields that came out under each mapping, or why none did."""
    before, error_before = (None, old) if isinstance(old, MailFlowError) else (old, None)
    if isinstance(new, MailFlowError):
        return Row(position, "failing", before, None, (), new, error_before)
    changed = _differences(before or {}, new)
    same = before is not None and not changed
    return Row(position, "same" if same else "changed", before, new, changed, None, error_before)


def _applied(mapping: CompiledMapping, source: Fields, context: MappingContext) -> Fields | MappingError:
    try:
        return mapping.apply(source, context)
    except MappingError as error:
        return error


def _differences(old: Fields, new: Fields) -> tuple[str, ...]:
    """Targets whose values differ; an unmapped one differs from one that is mapped to nothing."""
    absent = object()
    return tuple(name for name in dict.fromkeys([*new, *old]) if old.get(name, absent) != new.get(name, absent))
