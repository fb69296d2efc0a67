"""An expression as a condition of comparisons, where it is nothing more: a small reader of its own, which knows only what they can say."""

from __future__ import annotations

import json
import re
from typing import Any

from mailflow_gui.mapping.cel_writing import KINDS, METHODS, NUMBERS, ORDERS, TEXTS

Plain = dict[str, Any]

_TOKEN = re.compile(
    r'\s*(?:(?P<text>"(?:[^"\\\n]|\\.)*"|\'[^\'"\\\n]*\')|(?P<number>-?\d+(?![\w.]))|(?P<name>[A-Za-z_]\w*)'
    r"|(?P<sign>&&|\|\||==|!=|>=|<=|[><!()\[\],.])|(?P<end>\Z)|(?P<other>.))",
    re.ASCII,
)
_OPERATORS = {method: operator for operator, method in METHODS.items()}
_DEPTH = 30


def from_cel(text: str) -> Plain | None:
    """The condition that an expression is; None where comparisons can't say it exactly."""
    try:
        reader = _Reader(text)
        found = reader.any_of()
        reader.take("")
    except (_ForeignError, ValueError):
        return None
    return found if "field" not in found else {"all": [found]}


class _ForeignError(Exception):
    """Something that comparisons can't say."""


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        at = 0
        while not self._tokens or self._tokens[-1][0] != "end":
            found = _TOKEN.match(text, at)
            if found is None or found.lastgroup in (None, "other"):
                raise _ForeignError
            self._tokens.append((str(found.lastgroup), found[str(found.lastgroup)]))
            at = found.end()
        self._at = self._depth = 0

    # ---- signs

    def _next(self) -> tuple[str, str]:
        return self._tokens[self._at]

    def _is(self, sign: str) -> bool:
        return self._next() == ("sign", sign)

    def take(self, sign: str) -> None:
        """Go past a sign; an empty one is the end."""
        if self._next() != (("sign", sign) if sign else ("end", "")):
            raise _ForeignError
        self._at += 1

    def _taken(self, kind: str) -> str:
        found, word = self._next()
        if found != kind:
            raise _ForeignError
        self._at += 1
        return word

    # ---- groups

    def any_of(self) -> Plain:
        """``a || b``."""
        return self._several("any", "||", lambda: self._several("all", "&&", self._part))

    def _several(self, form: str, sign: str, part: Any) -> Plain:
        found: list[Plain] = [part()]
        while self._is(sign):
            self.take(sign)
            found.append(part())
        return found[0] if len(found) == 1 else {form: found}

    def _part(self) -> Plain:
        self._depth += 1
        if self._depth > _DEPTH:
            raise _ForeignError
        if self._is("!"):
            self.take("!")
            inner = self._part()
            if "field" not in inner or inner["operator"].startswith("not-") or inner["operator"] in ORDERS:
                raise _ForeignError
            found = {**inner, "operator": f"not-{inner['operator']}"}
        elif self._is("("):
            self.take("(")
            found = self.any_of()
            self.take(")")
        else:
            found = self._comparison()
        self._depth -= 1
        return found

    # ---- comparisons

    def _comparison(self) -> Plain:
        if self._next() == ("name", "isBlank"):
            self._at += 1
            self.take("(")
            row: Plain = {"field": self._whole_field(), "operator": "empty"}
            self.take(")")
            return row
        names, method = self._path()
        if method:
            return self._asked(names, method)
        sign = self._next()[1]
        self._at += 1
        if sign in ORDERS and names in NUMBERS:
            return {"field": names, "operator": sign, "value": self._taken("number")}
        if names not in TEXTS:
            raise _ForeignError
        if sign in ("==", "!="):
            operator = "equals" if sign == "==" else "not-equals"
            return {"field": names, "operator": operator, "value": self._text()}
        if sign == "in":
            return {"field": names, "operator": "in", "value": self._texts()}
        raise _ForeignError

    def _whole_field(self) -> str:
        field, method = self._path()
        if method:
            raise _ForeignError
        return field

    def _path(self) -> tuple[str, str]:
        """The field that is named, and the method that is called on it."""
        first = self._taken("name")
        parts = [first]
        if first == "field" and self._is("("):
            self.take("(")
            parts = [self._text()]
            self.take(")")
        elif first == "headers" and self._is("["):
            self.take("[")
            parts.append(self._text())
            self.take("]")
        while self._is("."):
            self.take(".")
            name = self._taken("name")
            if self._is("("):
                return ".".join(parts), name
            parts.append(name)
        if self._is("("):
            raise _ForeignError
        return ".".join(parts), ""

    def _asked(self, field: str, method: str) -> Plain:
        match_case = True
        if method == "casefold":
            self.take("(")
            self.take(")")
            self.take(".")
            match_case, method = False, self._taken("name")
        self.take("(")
        operator = _OPERATORS.get(method, "equals" if method == "equals" else "")
        if not operator or (operator == "matches" and not match_case):
            raise _ForeignError
        value: Any
        if operator == "equals" and self._is("["):
            operator, value = "in", self._texts()
        else:
            value = self._text()
        self.take(")")
        if KINDS.get(field, "text") not in ("text", "address", "file"):
            raise _ForeignError
        if operator == "matches" and value.startswith("(?i)"):
            match_case, value = False, value.removeprefix("(?i)")
        row: Plain = {"field": field, "operator": operator, "value": value}
        if not match_case:
            wanted = [value] if isinstance(value, str) else value
            if operator != "matches" and any(text != text.casefold() for text in wanted):
                raise _ForeignError  # a capital never equals what has none
            row["match_case"] = False
        return row

    def _text(self) -> str:
        word = self._taken("text")
        found: Any = word[1:-1] if word[0] == "'" else json.loads(word)
        return str(found)

    def _texts(self) -> list[str]:
        self.take("[")
        found: list[str] = []
        while not self._is("]"):
            if found:
                self.take(",")
            found.append(self._text())
        self.take("]")
        return found
