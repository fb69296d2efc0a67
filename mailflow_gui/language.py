"""The reader's language: gettext for every text that a person reads, on screen, on the command line or in an error.

``_`` translates now, ``N_`` only marks a text that is translated later (texts at module level), ``ngettext`` knows plural forms.
Log lines and JSON keys stay English and never pass through here.
"""

from __future__ import annotations

import gettext
import locale
import os
from pathlib import Path

DOMAIN = "mailflow"

_translations: gettext.NullTranslations = gettext.NullTranslations()


def use(language: str | None = None) -> None:
    """Switch to ``language`` (such as ``"ja"``), or to the system's language when None; unknown ones fall back to English."""
    global _translations
    names = [language] if language else _system_languages()
    _translations = gettext.translation(DOMAIN, localedir=_locale_directory(), languages=names, fallback=True)


def _(text: str) -> str:
    """``text`` in the reader's language."""
    return _translations.gettext(text) if text else ""


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form of a text that fits ``count``, in the reader's language."""
    return _translations.ngettext(singular, plural, count)


def N_(text: str) -> str:
    """Mark ``text`` for translation without translating it yet."""
    return text


def _locale_directory() -> str:
    from mailflow_gui import paths

    return str(paths.resources() / "locale")


def _system_languages() -> list[str]:
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            return [part for part in value.split(":") if part]
    name = locale.getlocale()[0]
    return [name] if name else []


def locale_directory() -> Path:
    """Where the catalogues lie."""
    return Path(_locale_directory())
