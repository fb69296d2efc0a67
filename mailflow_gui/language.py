"""The reader's language: gettext for every text that a person reads, on screen, on the command line or in an error.

``_`` translates now, ``N_`` only marks a text that is translated later (texts at module level), ``ngettext`` knows plural forms.
Log lines and JSON keys stay English and never pass through here. Standard library only: the bootstrap speaks through it, too.
"""

from __future__ import annotations

import gettext
import locale
import os
import sys
from collections.abc import Iterable
from pathlib import Path

DOMAIN = "mailflow"
SOURCE_LANGUAGE = "en"

_translations: gettext.NullTranslations = gettext.NullTranslations()


def use(language: str | None = None) -> None:
    """Switch to ``language`` (such as ``"ja"``), or to the system's language when None; unknown ones fall back to English."""
    global _translations  # noqa: PLW0603  (one process speaks one language)
    names = _before_english([language] if language else _system_languages())
    # argparse asks the standard library for its own words ("usage:"), which finds them in our catalogue by the same variables.
    gettext.bindtextdomain(DOMAIN, str(locale_directory()))
    gettext.textdomain(DOMAIN)
    _translations = gettext.translation(DOMAIN, localedir=locale_directory(), languages=names, fallback=True)


def _(text: str) -> str:
    """``text`` in the reader's language."""
    return _translations.gettext(text) if text else ""


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form of a text that fits ``count``, in the reader's language."""
    return _translations.ngettext(singular, plural, count)


def N_(text: str) -> str:
    """Mark ``text`` for translation without translating it yet."""
    return text


def locale_directory() -> Path:
    """Where the catalogues lie."""
    from mailflow_gui import paths

    return paths.resources() / "locale"


def _before_english(names: Iterable[str]) -> list[str]:
    """The wanted languages up to English, which needs no catalogue: ``en:ja`` means English, not Japanese."""
    wanted = []
    for name in names:
        if name.replace("-", "_").split("_")[0].split(".")[0].lower() in {SOURCE_LANGUAGE, "c", "posix"}:
            break
        wanted.append(name)
    return wanted


def _system_languages() -> list[str]:
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            return [part for part in value.split(":") if part]
    if sys.platform == "win32":
        import ctypes

        # getlocale() names languages in Microsoft's own words ("Japanese_Japan") here.
        name = locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage())
    else:
        name = locale.getlocale()[0]
    return [name] if name else []
