"""python-liquid with our limits: no files, no clock of its own, bounded loops, ranges, names and output, our filters."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, TextIO

from liquid import Environment, Mode, RenderContext
from liquid.builtin import content, illegal, output
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.builtin.tags import (
    assign_tag,
    capture_tag,
    case_tag,
    comment_tag,
    echo_tag,
    for_tag,
    if_tag,
    inline_comment_tag,
    unless_tag,
)
from liquid.template import BoundTemplate
from liquid.undefined import UNDEFINED
from liquid.utils import ReadOnlyChainMap

from mailflow_gui.mapping.budget import CALL, charge
from mailflow_gui.mapping.templates.filters import filters
from mailflow_gui.mapping.templates.values import inward, part, shown
from mailflow_gui.mapping.transformations import MappingContext
from mailflow_gui.mapping.values import MisfitError, Value

LOOP_LIMIT = 100_000
"""Most rounds of nested loops together."""

OUTPUT_LIMIT = 8_000_000
"""Most bytes that a template writes."""

_TAGS = (
    content.Literal,
    illegal.Illegal,
    if_tag.IfTag,
    unless_tag.UnlessTag,
    case_tag.CaseTag,
    for_tag.ForTag,
    for_tag.BreakTag,
    for_tag.ContinueTag,
    assign_tag.AssignTag,
    capture_tag.CaptureTag,
    comment_tag.CommentTag,
    inline_comment_tag.InlineCommentTag,
)


class Bounded(RangeLiteral):
    """``(1..n)`` of a bounded length."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> range:
        made = super().evaluate(context)
        if made.stop - made.start > LOOP_LIMIT:
            raise MisfitError("mapping-list-too-long", limit=LOOP_LIMIT)
        charge(CALL + made.stop - made.start)
        return made


class _OutputNode(output.OutputNode):
    __slots__ = ()

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        charge(CALL)
        return buffer.write(shown(self.expression.evaluate(context), context.autoescape))


class _Output(output.Output):
    node_class = _OutputNode


class _EchoNode(echo_tag.EchoNode):
    __slots__ = ()

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        charge(CALL)
        return buffer.write(shown(self.expression.evaluate(context), context.autoescape))


class _Echo(echo_tag.EchoTag):
    node_class = _EchoNode


class Context(RenderContext):
    """Where names are looked up: the template's own first, then the mail's fields by dotted name, then flow properties."""

    def __init__(
        self, template: BoundTemplate, source: Mapping[str, Value], context: MappingContext | None, **more: Any
    ) -> None:
        super().__init__(template, **more)
        # Without python-liquid's own names (now, today): a step that is done again must give the same.
        self.scope = ReadOnlyChainMap(self.locals, self.counters)
        self.source = source
        self.mapping_context = context

    def get(self, path: list[object], *, token: Any, default: object = UNDEFINED) -> object:
        """The value of ``a.b[0].c``; absent where there is none."""
        charge(CALL)
        root = path[0]
        try:
            value, rest = self.scope[str(root)], path[1:]
        except KeyError:
            value, rest = self._field(path)
        else:
            charge(len(value) if isinstance(value, (str, list)) else 0)
        for segment in rest:
            value = part(value, segment)
        if value is None and default is UNDEFINED:
            return self.env.undefined(str(root), token=token)
        return default if value is None else value

    def _field(self, path: list[object]) -> tuple[object, list[object]]:
        """The longest run of names that is a field, and what is left of the path."""
        names = []
        for segment in path:
            if not isinstance(segment, str):
                break
            names.append(segment)
        if len(names) == 2 and names[0] == "properties" and self.mapping_context is not None:
            return self.mapping_context.properties.get(names[1]), path[2:]
        for count in range(len(names), 0, -1):
            try:
                return inward(self.source[".".join(names[:count])]), path[count:]
            except KeyError:
                continue  # a shorter name may be the field, and the rest a part of its value
        return None, []

    def assign(self, key: str, val: Any) -> None:
        """Keep a value under a name of the template's own."""
        charge(CALL + (len(val) if isinstance(val, (str, list)) else 0))
        self.locals[key] = val

    def raise_for_loop_limit(self, length: int = 1) -> None:
        """A loop begins."""
        charge(CALL * length)
        super().raise_for_loop_limit(length)


class _Template(BoundTemplate):
    context_class = Context


class _Environment(Environment):
    loop_iteration_limit = LOOP_LIMIT
    output_stream_limit = OUTPUT_LIMIT
    block_nesting_limit = 20
    context_depth_limit = 40
    template_class = _Template

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        for tag in (*_TAGS, _Output, _Echo):
            self.add_tag(tag)
        for name, function in filters().items():
            self.add_filter(name, function)


@cache
def environment(html: bool) -> Environment:
    """The one environment for texts, and the one for HTML, which escapes values."""
    return _Environment(tolerance=Mode.STRICT, strict_filters=True, autoescape=html)
