"""Conditions in CEL (Common Expression Language), for experts: ``subject.contains("order") && size(attachments) > 0``.

Without macros (``all``, ``map``, …), which are loops: an expression then does no more steps than it has signs, and its size, its depth
and the texts that it reads are limited. Fields are read by their dotted names, other names by ``field("extracted.氏名")``.
cel-python parses and evaluates; nothing outside this module knows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mailflow_gui.mapping import patterns
from mailflow_gui.mapping.fields import MESSAGE_FIELDS
from mailflow_gui.mapping.values import MisfitError, Value, as_text

if TYPE_CHECKING:
    import lark

LENGTH_LIMIT = 2_000
"""Most characters of an expression."""

DEPTH_LIMIT = 160
"""Deepest tree of an expression: some 13 brackets within each other, or 140 times ``&&``."""

READ_LIMIT = 5_000_000
"""Most characters that all uses of fields in one expression bring together."""

MACROS = frozenset({"all", "exists", "exists_one", "map", "filter", "reduce", "min", "has"})
FUNCTIONS = frozenset(
    {"size", "int", "double", "string", "bool", "timestamp", "duration", "matches", "contains", "type"}
)
METHODS = frozenset(
    {
        "contains",
        "startsWith",
        "endsWith",
        "matches",
        "size",
        "getDate",
        "getDayOfMonth",
        "getDayOfWeek",
        "getDayOfYear",
    }
    | {"getFullYear", "getMonth", "getHours", "getMinutes", "getSeconds", "lowerAscii"}
)
_TYPES = frozenset({"int", "double", "string", "bool", "list", "map", "null_type"})
_TEXTS = frozenset(one.name for one in MESSAGE_FIELDS if one.type == "text" and not one.many)
_LISTS = frozenset(one.name for one in MESSAGE_FIELDS if one.many)

_CLASS = re.compile(r"<class '(?:celpy\.celtypes\.)?(\w{1,40})'>")

Test = Callable[[Mapping[str, Value]], bool]


@lru_cache(maxsize=128)
def compile_cel(text: str) -> Test:
    """The expression as a function of the source's fields.

    :raises MappingError: it can't be read, is too large, or uses what isn't offered.
    """
    from celpy.evaluation import Activation, CELEvalError, Evaluator

    tree, names = _read(text)
    functions = _functions()

    def test(source: Mapping[str, Value]) -> bool:
        values = {f"v{position}": _inward(name, source.get(name)) for position, name in enumerate(names)}
        if sum(map(_size, values.values())) > READ_LIMIT:
            raise MisfitError("mapping-cel-too-much", limit=READ_LIMIT)
        try:
            result = Evaluator(ast=tree, activation=Activation(vars=values, functions=functions)).evaluate({})
        except CELEvalError as error:
            raise MisfitError("mapping-cel-failed", reason=_reason(error)) from error
        except (ValueError, TypeError, ArithmeticError, RecursionError, KeyError) as error:
            raise MisfitError("mapping-cel-failed", reason=_reason(error)) from error
        if not _is_boolean(result):
            raise MisfitError("mapping-cel-not-boolean")
        return bool(result)

    return test


def cel_fields(text: str) -> tuple[str, ...]:
    """The fields that an expression reads.

    :raises MappingError: it can't be read.
    """
    return tuple(dict.fromkeys(_read(text)[1]))


def _read(text: str) -> tuple[lark.Tree[Any], list[str]]:
    """The tree with a variable for each use of a field, and the fields' names in the variables' order."""
    from celpy.celparser import CELParseError, CELParser

    if len(text) > LENGTH_LIMIT:
        raise MisfitError("mapping-cel-too-large", limit=LENGTH_LIMIT)
    try:
        tree = CELParser().parse(text)
    except CELParseError as error:
        raise MisfitError(
            "mapping-cel-syntax", column=error.column if error.column and error.column > 0 else len(text)
        ) from error
    except RecursionError as error:
        raise MisfitError("mapping-cel-too-large", limit=LENGTH_LIMIT) from error
    names: list[str] = []
    waiting: list[tuple[Any, int]] = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > DEPTH_LIMIT:
            raise MisfitError("mapping-cel-too-large", limit=LENGTH_LIMIT)
        if node.data == "member":
            name = _field_of(node)
            if name is not None:
                _replace(node, f"v{len(names)}")
                names.append(name)
                continue
        _check(node)
        waiting += [(child, depth + 1) for child in node.children if hasattr(child, "children")]
    return tree, names


def _field_of(member: lark.Tree[Any]) -> str | None:
    """The field that ``a.b``, ``headers["X-A"]`` or ``field("a b")`` names; None where it is something else."""
    inner: Any = member.children[0]
    if inner.data == "primary":
        inner = inner.children[0]
        if inner.data == "ident" and str(inner.children[0]) not in _TYPES:
            return str(inner.children[0])
        if inner.data == "ident_arg" and str(inner.children[0]) == "field":
            literal = _literal(inner.children[1:])
            if literal is None:
                raise MisfitError("mapping-cel-syntax", column=getattr(inner.meta, "column", 1))
            return literal
    elif inner.data == "member_dot":
        root = _field_of(inner.children[0])
        return None if root is None else f"{root}.{inner.children[1]}"
    elif inner.data == "member_index" and _field_of(inner.children[0]) == "headers":
        literal = _literal(inner.children[1:])
        return None if literal is None else f"headers.{literal}"
    return None


def _literal(nodes: list[Any]) -> str | None:
    """The text of a lone string literal."""
    while len(nodes) == 1 and hasattr(nodes[0], "children"):
        nodes = nodes[0].children
    if len(nodes) != 1 or getattr(nodes[0], "type", "") != "STRING_LIT":
        return None
    written = str(nodes[0])
    return written[1:-1] if written[:1] in "\"'" and "\\" not in written else None


def _replace(member: lark.Tree[Any], variable: str) -> None:
    from lark import Token, Tree

    member.children = [Tree("primary", [Tree("ident", [Token("IDENT", variable)])])]


def _check(node: lark.Tree[Any]) -> None:
    """:raises MappingError: a macro, a function that isn't offered, or an object."""
    if node.data in ("member_dot_arg", "ident_arg"):
        name = str(node.children[1] if node.data == "member_dot_arg" else node.children[0])
        if name in MACROS:
            raise MisfitError("mapping-cel-macro", name=name)
        if name not in (METHODS if node.data == "member_dot_arg" else FUNCTIONS):
            raise MisfitError("mapping-cel-unknown-function", name=name[:60])
    elif node.data in ("member_object", "dot_ident", "dot_ident_arg"):
        raise MisfitError("mapping-cel-syntax", column=getattr(node.meta, "column", 1))


def _functions() -> dict[str, Any]:
    """Operators and functions in which cel-python leaves to Python what CEL doesn't have: repeating and formatting of texts."""
    import operator

    from celpy.celtypes import BoolType, DoubleType, IntType, StringType, UintType
    from celpy.evaluation import CELEvalError

    def arithmetic(calculate: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def run(left: Any, right: Any) -> Any:
            for value in (left, right):
                if isinstance(value, BoolType) or not isinstance(value, (IntType, UintType, DoubleType)):
                    return CELEvalError("no such overload", TypeError, ("numbers are needed",))
            return calculate(left, right)

        return run

    def matches(text: Any, pattern: Any) -> Any:
        return BoolType(patterns.compiled(str(pattern)).found(str(text)))

    def lower(text: Any) -> Any:
        return StringType(str(text).lower())

    return {
        "_*_": arithmetic(operator.mul),
        "_%_": arithmetic(operator.mod),
        "_/_": arithmetic(operator.truediv),
        "matches": matches,
        "lowerAscii": lower,
    }


def _inward(name: str, value: Value) -> Any:  # noqa: PLR0911 (one line for each kind of value)
    """A field's value as CEL's; an absent text is empty and an absent list has no entries, everything else absent is null."""
    from celpy import celtypes

    if value is None:
        if name in _LISTS:
            return celtypes.ListType([])
        return celtypes.StringType("") if name in _TEXTS or name.startswith(("headers.", "extracted.")) else None
    if isinstance(value, bool):
        return celtypes.BoolType(value)
    if isinstance(value, int):
        return celtypes.IntType(value) if abs(value) < 2**63 else celtypes.DoubleType(value)
    if isinstance(value, float):
        return celtypes.DoubleType(value)
    if isinstance(value, tuple):
        return celtypes.ListType([_inward("", entry) for entry in value])
    if not isinstance(value, date):
        return celtypes.StringType(as_text(value))
    moment = value if isinstance(value, datetime) else datetime.combine(value, time(), UTC)
    return celtypes.TimestampType(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _size(value: Any) -> int:
    if isinstance(value, list):
        return sum(map(_size, value)) + len(value)
    return len(value) if isinstance(value, str) else 1


def _is_boolean(value: Any) -> bool:
    from celpy.celtypes import BoolType

    return isinstance(value, (bool, BoolType))


def _reason(error: Exception) -> str:
    """The library's first words, without our mail's text."""
    words = str(error.args[0]) if error.args else type(error).__name__
    return _CLASS.sub(r"\1", words.split(" (in activation")[0])[:160]
