"""The stages of a validation, in their order, and how each ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from mailflow_gui import sentences
from mailflow_gui.accounts.account import Security
from mailflow_gui.sentences import Argument

if TYPE_CHECKING:
    from mailflow_gui.mail.tls import Certificate

StageName = Literal["parameters", "lookup", "connect", "tls", "sign-in", "abilities"]
STAGES: tuple[StageName, ...] = ("parameters", "lookup", "connect", "tls", "sign-in", "abilities")


_KNOWN = ("host", "port", "username")
"""Arguments that only repeat the account."""

NOTHING = "–"
"""The argument ``missing`` of a server that lacks nothing."""


@dataclass(frozen=True)
class Proposal:
    """Another port or security method that is worth trying in place of what failed; never one without encryption."""

    port: int
    security: Security


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
    proposal: Proposal | None = None
    """What to try in place of the account's port and security method, where that may be why a stage failed."""

    @property
    def facts(self) -> dict[str, Argument]:
        """What a stage that ended well has found out, fact by fact: ``encryption``, ``mechanism``, ``folders``, ``maximum_size`` …"""
        return {name: value for name, value in self.arguments.items() if name not in _KNOWN} if self.ok else {}

    @property
    def warns(self) -> bool:
        """Whether all went well, but something about it is unwise or will soon fail; the advice says what to do."""
        return self.ok and bool(self.advice)

    @property
    def shown_pem(self) -> str:
        """The certificate (PEM) that the server showed, where it was why a stage failed; else empty."""
        return str(self.arguments.get("new_certificate", ""))

    @property
    def shown(self) -> Certificate | None:
        """What the certificate that the server showed says of itself, where it was why a stage failed."""
        return _described(self.shown_pem)

    @property
    def trusted(self) -> Certificate | None:
        """What the certificate says that the account trusts, where the server showed another one (``certificate-changed``)."""
        return _described(str(self.arguments.get("old_certificate", "")))

    @property
    def text(self) -> str:
        """What happened, in the reader's language."""
        whole = f"{self.code}-whole"
        if self.arguments.get("missing") == NOTHING and whole in sentences.SENTENCES:
            return sentences.text(whole, self.arguments)
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
        shown = certificate_as_json(self.shown)
        return {
            "stage": self.stage,
            "ok": self.ok,
            "code": self.code,
            "text": self.text,
            "advice": self.advice,
            "detail": self.detail,
            "facts": self.facts,
            "proposal": self.proposal and {"port": self.proposal.port, "security": self.proposal.security},
            "certificate": {"shown": shown, "trusted": certificate_as_json(self.trusted)} if shown else None,
        }


def certificate_as_json(certificate: Certificate | None) -> dict[str, Any] | None:
    """What a certificate says of itself, in the command line's stable shape."""
    if certificate is None:
        return None
    return {
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "names": list(certificate.names),
        "not_before": certificate.not_before.isoformat(),
        "not_after": certificate.not_after.isoformat(),
        "sha256": certificate.sha256,
    }


def _described(pem: str) -> Certificate | None:
    if not pem:
        return None
    from mailflow_gui.mail import tls  # here, for it brings a TLS library that few stages need

    return tls.describe(pem)
