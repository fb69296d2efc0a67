"""Conditions in CEL (Common Expression Language), for experts: ``subject.contains("order") && size(attachments) > 0``.

Without macros (``all``, ``map``, …), which are loops: an expression then does no more steps than it has signs, and its size, its depth
and the texts that it reads are limited. Fields are read by their dotted names, other names by ``field("extracted.氏名")``.
``contains``, ``startsWith``, ``endsWith``, ``matches`` and ``equals`` work on lists too; ``isBlank(x)`` and ``casefold()`` are ours.
cel-python parses and evaluates; nothing but this module and ``cel_values`` knows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mailflow_gui.errors import MappingError
from mailflow_gui.mapping.values import MisfitError, Value

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
    {"size", "int", "double", "string", "bool", "timestamp", "duration", "matches", "contains", "type", "isBlank"}
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
    | {"getFullYear", "getMonth", "getHours", "getMinutes", "getSeconds", "lowerAscii", "casefold", "equals"}
)
_TYPES = frozenset({"int", "double", "string", "bool", "list", "map", "null_type"})

_RULE = re.compile(r"Token\('RULE', '(\w{1,40})'\)")
_TYPE = re.compile(r"\b(String|Int|Uint|Double|Bool|List|Map|Timestamp|Duration|Bytes)Type\b")
_SIGNS = {
    "relation_gt": ">",
    "relation_ge": ">=",
    "relation_lt": "<",
    "relation_le": "<=",
    "relation_eq": "==",
    "relation_ne": "!=",
    "relation_in": "in",
    "addition_add": "+",
    "addition_sub": "-",
}
"""What cel-python calls its signs."""
_CLASS = re.compile(r"<class '(?:celpy\.celtypes\.)?(\w{1,40})'>")

_WORD = re.compile(r"\w+")

Test = Callable[[Mapping[str, Value]], bool]


@lru_cache(maxsize=128)
def compile_cel(text: str) -> Test:
    """The expression as a function of the source's fields.

    :raises MappingError: it can't be read, is too large, or uses what isn't offered.
    """
    from celpy.evaluation import Activation, CELEvalError, Evaluator

    from mailflow_gui.mapping.cel_values import functions, inward

    tree, names = _read(text)
    offered = functions()

    def test(source: Mapping[str, Value]) -> bool:
        values = {f"v{position}": inward(name, source.get(name)) for position, name in enumerate(names)}
        if sum(map(_size, values.values())) > READ_LIMIT:
            raise MisfitError("mapping-cel-too-much", limit=READ_LIMIT)
        try:
            result = Evaluator(ast=tree, activation=Activation(vars=values, functions=offered)).evaluate({})
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
        raise MisfitError("mapping-cel-syntax", column=_character(text, error.line, error.column)) from error
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


def _character(text: str, line: int | None, column: int | None) -> int:
    """The character, counted from 1 over all lines, that a line and a column name; the last one where none is named."""
    if not column or column <= 0:
        return len(text)
    return sum(map(len, text.splitlines(keepends=True)[: (line or 1) - 1])) + column


def fault_of(text: str) -> tuple[int, int] | None:
    """From where to where an expression's fault stands in it; None where it can be read, or is too large as a whole."""
    try:
        compile_cel(text)
    except MappingError as error:
        if error.code == "mapping-cel-syntax":
            start = max(0, min(int(str(error.arguments["column"])), len(text)) - 1)
            word = _WORD.match(text, start)
            return start, max(word.end() if word is not None else 0, min(start + 1, len(text)))
        name = str(error.arguments.get("name", ""))
        used = re.search(rf"\b{re.escape(name)}(?=\s*\()", text) if name else None
        return used.span() if used is not None else None
    return None


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
    words = _CLASS.sub(r"\1", words.split(" (in activation")[0])
    words = _RULE.sub(lambda found: _SIGNS.get(found[1], found[1]), words)
    return _TYPE.sub(lambda found: found[1].lower(), words)[:160]
