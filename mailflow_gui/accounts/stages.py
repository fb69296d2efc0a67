"""The stages of a validation, in their order, and how each ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from mailflow_gui import sentences
from mailflow_gui.sentences import Argument

StageName = Literal["parameters", "lookup", "connect", "tls", "sign-in", "abilities"]
STAGES: tuple[StageName, ...] = ("parameters", "lookup", "connect", "tls", "sign-in", "abilities")


@dataclass(frozen=True)
class Stage:
    """How one stage of a validation ended; ``code`` and ``arguments`` name its sentence."""

    stage: StageName
    ok: bool
    code: str
    arguments: Mapping[str, Argument] = field(default_factory=lambda: MappingProxyType({}))
    detail: str = ""
    """Technical detail: the server's or the library's own words; never a secret."""
    hint: str = ""
    """Code of a second piece of advice, about this account's settings; or empty."""

    @property
    def text(self) -> str:
        """What happened, in the reader's language."""
        return sentences.text(self.code, self.arguments)

    @property
    def advice(self) -> str:
        """What to do, in the reader's language; may be empty."""
        # A running flow tries again by itself, and the usual advice says so; a validation doesn't.
        own = f"validate-{self.code}"
        usual = sentences.advice(own if own in sentences.SENTENCES else self.code, self.arguments)
        return f"{usual} {sentences.advice(self.hint, self.arguments)}".strip()

    def as_json(self) -> dict[str, Any]:
        """The stage in the command line's stable shape."""
        return {
            "stage": self.stage,
            "ok": self.ok,
            "code": self.code,
            "text": self.text,
            "advice": self.advice,
            "detail": self.detail,
        }
