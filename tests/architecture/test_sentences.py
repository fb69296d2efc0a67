"""Every code that the package raises has its sentence, and every sentence fits its code."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from string import Formatter

import pytest

from mailflow_gui import errors, sentences
from mailflow_gui.flow import problems
from mailflow_gui.sentences import SENTENCES

PACKAGE = Path(__file__).resolve().parents[2] / "mailflow_gui"

# Keywords of our exceptions and problems that say something about the error but fill no placeholder.
_NOT_ARGUMENTS = {"account", "reply", "problems", "rule", "seconds", "node", "field", "severity"}


def _spoken() -> dict[str, type]:
    """Every class whose first argument is a sentence's code."""
    ours = {
        name: kind
        for name, kind in vars(errors).items()
        if inspect.isclass(kind) and issubclass(kind, errors.MailFlowError)
    }
    return ours | {"Problem": problems.Problem}


def _raised() -> list[tuple[str, str, set[str] | None]]:
    """Each (place, code, argument names or None if unknown) of a literal code in the package's sources."""
    found = []
    names = _spoken()
    for file in sorted(PACKAGE.rglob("*.py")):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            function = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if function not in names or not call.args:
                continue
            code = call.args[0]
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                keywords = {keyword.arg for keyword in call.keywords}
                known = None if None in keywords or function == "Problem" else {str(keyword) for keyword in keywords}
                found.append((f"{file.relative_to(PACKAGE)}:{call.lineno}", code.value, known))
    return found


def _placeholders(text: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(text) if name is not None}


def test_every_raised_code_has_a_sentence() -> None:
    raised = _raised()
    assert raised, "the walk over the sources finds nothing any more"
    assert [(place, code) for place, code, _names in raised if code not in SENTENCES] == []


def test_every_raised_error_fills_its_placeholders() -> None:
    unfilled = [
        (place, code, missing)
        for place, code, names in _raised()
        if names is not None
        and code in SENTENCES
        and (missing := _placeholders(SENTENCES[code].text + SENTENCES[code].advice) - names)
    ]
    assert unfilled == []


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_sentence_is_well_formed(code: str) -> None:
    sentence = SENTENCES[code]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)
    for text in (sentence.text, sentence.advice):
        assert all(re.fullmatch(r"[a-z_]+", name) for name in _placeholders(text)), text
        assert text == text.strip()
        assert "\n" not in text
    # A sentence may end with a colon and a server's own words.
    assert sentence.text.endswith((".", "?", "!", "}")), sentence.text
    assert not sentence.advice or sentence.advice.endswith((".", "?", "!")), sentence.advice


def test_every_area_is_known_and_codes_do_not_collide() -> None:
    names = [module.name for module in pkgutil.iter_modules(sentences.__path__, "mailflow_gui.sentences.")]
    areas = [vars(importlib.import_module(name)).get("SENTENCES", {}) for name in names]
    assert sum(len(area) for area in areas) == len(SENTENCES)
