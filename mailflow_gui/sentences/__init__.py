"""Every sentence that an error or a problem says to a person, found by its stable code.

Errors are stored as code + arguments; the sentence is made when somebody reads it, in the reader's language. One module per area of the
product; ``text`` says what happened, ``advice`` what to do. Templates are ours alone: text from mail is only ever an argument.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailflow_gui.language import _
from mailflow_gui.sentences import accounts, command_line, detect, engine, flow, mail, mapping, nodes, window
from mailflow_gui.sentences.sentence import Argument, Sentence

__all__ = ["SENTENCES", "Argument", "Sentence", "advice", "text"]

SENTENCES: dict[str, Sentence] = {
    **flow.SENTENCES,
    **mail.SENTENCES,
    **accounts.SENTENCES,
    **detect.SENTENCES,
    **mapping.SENTENCES,
    **nodes.SENTENCES,
    **engine.SENTENCES,
    **command_line.SENTENCES,
    **window.SENTENCES,
}


class _Arguments(dict[str, Argument]):
    """Arguments for ``format_map``; one that an older journal did not keep reads as a question mark."""

    def __missing__(self, key: str) -> str:
        return "?"


def text(code: str, arguments: Mapping[str, Argument] | None = None) -> str:
    """What happened, in the reader's language; an unknown code (from a newer version's journal) is shown as it is."""
    sentence = SENTENCES.get(code)
    return _(sentence.text).format_map(_Arguments(arguments or {})) if sentence else code


def advice(code: str, arguments: Mapping[str, Argument] | None = None) -> str:
    """What to do about it, in the reader's language, or an empty text."""
    sentence = SENTENCES.get(code)
    return _(sentence.advice).format_map(_Arguments(arguments or {})) if sentence else ""
