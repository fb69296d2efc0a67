"""Where in a template a fault is, also where python-liquid only says that something ended too soon."""

from __future__ import annotations

import re
from collections.abc import Callable

_PIECE = re.compile(r"\{\{.*?\}\}|\{%-?\s*(#|\w*)(.*?)%\}", re.DOTALL)
_BLOCKS = frozenset({"if", "unless", "case", "for", "capture", "comment"})
_COMMENT_END = re.compile(r"\{%-?\s*endcomment\s*-?%\}")


def faulty_piece(text: str, reads: Callable[[str], bool]) -> tuple[int, int]:
    """From where to where the first faulty ``{{ }}`` or ``{% %}`` stands; the block that isn't closed, where each can be read.

    :param reads: whether a text by itself is a template.
    """
    opened: list[tuple[str, int, int]] = []
    at = 0
    while (found := _PIECE.search(text, at)) is not None:
        start, at = found.span()
        tag = found[1]
        if not reads(_alone(found[0], tag)):
            return start, at
        if tag == "comment":
            end = _COMMENT_END.search(text, at)
            if end is None:
                return start, at
            at = end.end()
        elif tag in _BLOCKS:
            opened.append((tag, start, at))
        elif tag and opened and tag == f"end{opened[-1][0]}":
            opened.pop()
    if opened:
        return opened[-1][1:]
    return max(0, len(text) - 1), len(text)


def _alone(piece: str, tag: str | None) -> str:
    """A piece as a template of its own: blocks are closed, what stands within blocks is left out."""
    if tag in _BLOCKS:
        return f"{piece}{{% end{tag} %}}"
    if tag in ("elsif", "else"):
        return f"{{% if true %}}{piece}{{% endif %}}"
    if tag == "when":
        return f"{{% case 1 %}}{piece}{{% endcase %}}"
    return "" if tag in ("break", "continue") or (tag or "").startswith("end") else piece
