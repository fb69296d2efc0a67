"""The reader's language."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from mailflow_gui import language
from mailflow_gui.language import _, ngettext

KNOWN = "commands"  # the command line's help has always had this text


@pytest.fixture
def no_language(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)


def test_japanese_is_spoken_when_asked_for() -> None:
    language.use("ja")
    assert _(KNOWN) != KNOWN


@pytest.mark.parametrize("name", ["ja", "ja_JP.UTF-8", "ja_JP", "fr:ja:en"])
@pytest.mark.usefixtures("no_language")
def test_language_follows_the_environment(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("LANGUAGE", name)
    language.use()
    assert _(KNOWN) != KNOWN


@pytest.mark.parametrize("name", ["en", "en_GB.UTF-8", "C.UTF-8", "POSIX", "xx", "en:ja", "../../etc"])
@pytest.mark.usefixtures("no_language")
def test_english_is_spoken_for_english_and_for_unknown_languages(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("LANG", name)
    language.use()
    assert _(KNOWN) == KNOWN


@pytest.mark.usefixtures("no_language")
def test_the_variables_have_gettexts_precedence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    language.use()
    assert _(KNOWN) == KNOWN
    monkeypatch.setenv("LANGUAGE", "ja")
    language.use()
    assert _(KNOWN) != KNOWN


@pytest.mark.parametrize(("name", "word"), [("ja", "使い方"), ("en", "usage:")])
def test_argparse_speaks_the_readers_language_too(name: str, word: str) -> None:
    program = (
        "from mailflow_gui import language; language.use(); import argparse; argparse.ArgumentParser().print_help()"
    )
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", program],
        env={**os.environ, "LANGUAGE": name},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.startswith(word)


def test_an_empty_text_stays_empty() -> None:
    language.use("ja")
    assert _("") == ""  # gettext would answer with the catalogue's header


def test_plural_forms_fit_the_count() -> None:
    assert ngettext("{n} message", "{n} messages", 1) == "{n} message"
    assert ngettext("{n} message", "{n} messages", 2) == "{n} messages"
