"""A template as a function of a mail's fields; python-liquid's errors become ours here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from io import StringIO
from typing import Any

from liquid import BoundTemplate
from liquid.ast import Node
from liquid.builtin.expressions import Path
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.exceptions import (
    BlockNestingError,
    ContextDepthError,
    LiquidError,
    LocalNamespaceLimitError,
    LoopIterationLimitError,
    OutputStreamLimitError,
    UnknownFilterError,
)
from liquid.expression import Expression
from liquid.output import LimitedStringIO

from mailflow_gui.errors import MappingError
from mailflow_gui.mapping.templates.environment import OUTPUT_LIMIT, Bounded, Context, environment
from mailflow_gui.mapping.templates.places import faulty_piece
from mailflow_gui.mapping.transformations import MappingContext
from mailflow_gui.mapping.values import MisfitError, Value

LENGTH_LIMIT = 100_000
"""Most characters of a template."""

_TOO_MUCH = (LoopIterationLimitError, OutputStreamLimitError, LocalNamespaceLimitError, ContextDepthError)
_BREAKS = re.compile(r"\s+")


class CompiledTemplate:
    """A template, ready to run; made by :func:`compile_template`."""

    def __init__(self, template: BoundTemplate) -> None:
        self._template = template

    def render(self, source: Mapping[str, Value], context: MappingContext) -> str:
        """The text for one mail.

        :raises MappingError: a filter can't work on its value, or it is too much work or text.
        """
        buffer: StringIO = LimitedStringIO(limit=OUTPUT_LIMIT)
        try:
            self._template.render_with_context(Context(self._template, source, context), buffer)
        except LiquidError as error:
            raise _translated(error) from error
        except RecursionError as error:
            raise MisfitError("mapping-template-too-deep") from error
        return buffer.getvalue()

    def fields(self) -> tuple[str, ...]:
        """The fields that it reads, by dotted name, without names of its own (``assign``, ``for``)."""
        found = self._template.analyze(include_partials=False).globals
        names = (_dotted(variable.segments) for variables in found.values() for variable in variables)
        return tuple(dict.fromkeys(name for name in names if name))


def _dotted(segments: list[Any]) -> str:
    """``from.name`` of the path's leading names; entries by number and what stands behind them are left out."""
    names = []
    for segment in segments:
        if not isinstance(segment, str):
            break
        names.append(segment)
    if len(names) > 1 and names[-1] in ("size", "first", "last"):
        names.pop()
    return ".".join(names)


@lru_cache(maxsize=128)
def compile_template(text: str, html: bool = False) -> CompiledTemplate:
    """The template written as ``text``; in an HTML one values are escaped unless they are marked as ``safe``.

    :raises MappingError: it can't be read; with the line.
    """
    if len(text) > LENGTH_LIMIT:
        raise MisfitError("mapping-template-too-long", limit=LENGTH_LIMIT)
    try:
        template = environment(html).from_string(text)
        for expression in _expressions(template.nodes, Context(template, {}, None)):
            if type(expression) is RangeLiteral:
                # A range is made lazily, but reversed and searched as a list: ours refuses long ones when it is made.
                expression.__class__ = Bounded
            for used in getattr(expression, "filters", None) or ():
                if used.name not in template.env.filters:
                    raise UnknownFilterError(f"unknown filter '{used.name}'", token=used.token)
    except LiquidError as error:
        raise _translated(error, text, html) from error
    except RecursionError as error:
        raise MisfitError("mapping-template-too-deep") from error
    except (ValueError, IndexError) as error:  # python-liquid's own, for a fault at the very end of a template
        raise MisfitError("mapping-template-syntax", line=1 + text.count("\n"), reason="?") from error
    return CompiledTemplate(template)


def _expressions(nodes: list[Node], context: Context) -> Iterator[Expression]:
    waiting: list[Node] = list(nodes)
    while waiting:
        node = waiting.pop()
        waiting += node.children(context, include_partials=False)
        inner = list(node.expressions())
        while inner:
            expression = inner.pop()
            yield expression
            inner += expression.children()
            if isinstance(expression, Path):
                inner += [segment for segment in expression.path if isinstance(segment, Expression)]


def fault_of(text: str, html: bool = False) -> tuple[int, int] | None:
    """From where to where a template's fault stands in it; None if it can be read, or is too large as a whole."""
    try:
        compile_template(text, html)
    except MappingError as error:
        cause = error.__cause__
        if isinstance(cause, LiquidError) and not isinstance(cause, (*_TOO_MUCH, BlockNestingError)):
            return _span(cause, text, html)
    return None


def _span(error: LiquidError, text: str, html: bool) -> tuple[int, int]:
    token = error.token
    if token is not None and token.start_index >= 0 and token.source == text:
        return token.start_index, min(len(text), token.start_index + max(1, len(token.value)))

    def reads(piece: str) -> bool:
        try:
            environment(html).from_string(piece)
        except (LiquidError, ValueError, IndexError):
            return False
        return True

    return faulty_piece(text, reads)


def _translated(error: LiquidError, text: str = "", html: bool = False) -> MappingError:
    line = 1
    if error.token is not None and error.token.start_index >= 0:
        line = error.token.source.count("\n", 0, error.token.start_index) + 1
    elif text:  # it ended too soon, says the library, and not where
        line = text.count("\n", 0, _span(error, text, html)[0]) + 1
    if isinstance(error, _TOO_MUCH):
        return MisfitError("mapping-template-too-large", line=line)
    if isinstance(error, BlockNestingError):
        return MisfitError("mapping-template-too-deep")
    reason = _BREAKS.sub(" ", str(error.message or type(error).__name__))[:200]
    return MisfitError("mapping-template-syntax", line=line, reason=reason)
