"""What a validation found out, in the words of its result panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mailflow_gui.accounts import fields
from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.stages import STAGES, Stage, StageName
from mailflow_gui.language import _, ngettext

Mark = Literal["ok", "warn", "running", "waiting"]


@dataclass(frozen=True)
class Fact:
    """One line of the panel."""

    label: str
    text: str
    mark: Mark = "ok"
    wide: bool = False
    """Takes the panel's whole width."""


def doing(stage: StageName, account: Account) -> str:
    """What goes on while a stage is under way."""
    return {
        "parameters": _("Checking the fields…"),
        "lookup": _("Looking up {host}…").format(host=account.host),
        "connect": _("Connecting to {host}…").format(host=account.host),
        "tls": _("Securing the line…"),
        "sign-in": _("Signing in…"),
        "abilities": _("Asking what the server can do…"),
    }[stage]


def heading(stage: StageName, code: str = "") -> str:
    """In two or three words, how a validation ended that failed in a stage."""
    known = {
        "validate-cancelled": _("Stopped"),
        "secret-missing": _("No password"),
        "certificate-changed": _("Another certificate"),
        "certificate-untrusted": _("Certificate not trusted"),
        "certificate-wrong-host": _("Certificate of another server"),
        "certificate-expired": _("Certificate expired"),
        "submission-disabled": _("Sending is switched off for this mailbox"),
        "app-password-needed": _("App password needed"),
        "oauth-needed": _("No passwords taken here"),
        "web-sign-in-needed": _("Sign in with a browser first"),
        "outside-access-needed": _("Access not allowed yet"),
        "account-locked": _("Account locked"),
        "too-many-sessions": _("Too many sessions"),
    }
    if code in known:
        return known[code]
    return {
        "parameters": _("Not tried"),
        "lookup": _("Server not found"),
        "connect": _("Server not reached"),
        "tls": _("No secure line"),
        "sign-in": _("Sign-in failed"),
        "abilities": _("Signed in, then lost"),
    }[stage]


def under_way(ended: Sequence[Stage]) -> StageName:
    """The stage that follows those that have ended."""
    return STAGES[min(len(ended), len(STAGES) - 1)]


def so_far(account: Account, ended: Sequence[Stage]) -> list[Fact]:
    """The panel's lines while a validation is under way: done, being done, still to do."""
    done = {stage.stage for stage in ended if stage.ok}
    now = under_way(ended)
    shown: list[tuple[str, tuple[StageName, ...], Fact]] = [
        (_("Reached"), ("parameters", "lookup", "connect"), _reached(account)),
        (_("Encrypted"), ("tls",), _encrypted(account, "")),
        (_("Signed in"), ("sign-in",), _signed_in(account, ())),
        (_("Abilities"), ("abilities",), Fact(_("Abilities"), "")),
    ]
    return [
        fact if set(stages) <= done else Fact(label, "", "running" if now in stages else "waiting")
        for label, stages, fact in shown
    ]


def found(account: Account, stages: Sequence[Stage]) -> list[Fact]:
    """The panel's lines after a validation that went well: what is true of the server, and what it lacks."""
    last = stages[-1]
    arguments = {name: str(value) for name, value in last.arguments.items()}
    facts = [_reached(account), _encrypted(account, arguments.get("encryption", "")), _signed_in(account, stages)]
    offers = _offers(arguments)
    if account.protocol == "imap":
        facts.append(Fact(_("Mailbox"), _mailbox(last)))
        facts.append(Fact(offers.label, offers.text, offers.mark, wide=True))
    elif last.code == "validate-smtp-sender-ok":
        facts.append(Fact(_("Sender"), _("{address} accepted").format(address=arguments["sender"])))
        facts.append(Fact(offers.label, offers.text, offers.mark, wide=True))
    elif last.code == "validate-smtp-sender-refused":
        refused = _("{address} refused").format(address=arguments["sender"])
        facts.append(Fact(_("Sender"), refused, "warn"))
        facts.append(Fact(offers.label, offers.text, offers.mark, wide=True))
    else:
        facts.append(offers)
    return facts


def twin(account: Account, stages: Sequence[Stage]) -> Fact:
    """One line about the other half of the mailbox, after a validation that went well."""
    label = _("Sending") if account.protocol == "smtp" else _("Receiving")
    encryption = str(stages[-1].arguments.get("encryption", ""))
    parts = [_reached(account).text, encryption, _signed_in(account, stages).text]
    return Fact(label, " · ".join(part for part in parts if part), wide=True)


def warnings(stages: Sequence[Stage]) -> str:
    """What is unwise although it works."""
    return " ".join(stage.advice for stage in stages if stage.ok and stage.advice)


def technical(account: Account, stages: Sequence[Stage]) -> str:
    """The folded detail: where it went, how far it came, and the server's own words. Never a secret."""
    secured = {"none": "", "starttls": " STARTTLS", "tls": " SSL/TLS"}[account.security]
    host = f"[{account.host}]" if ":" in account.host else account.host
    lines = [f"{account.protocol.upper()} {host}:{account.port}{secured}"]
    for stage in stages:
        lines.append(f"{stage.stage}: {'ok' if stage.ok else stage.code}")
        if stage.ok and stage is not stages[-1]:
            lines += [f"  {line}" for line in stage.detail.splitlines() if line.strip()]
    lines += [f"< {line}" for line in stages[-1].detail.splitlines() if line.strip()]
    return "\n".join(lines)


def duration(seconds: float) -> str:
    """How long it took."""
    if seconds < 1:
        return _("{number} ms").format(number=max(1, round(seconds * 1000)))
    return _("{number} s").format(number=f"{seconds:.1f}")


def _reached(account: Account) -> Fact:
    host = f"[{account.host}]" if ":" in account.host else account.host
    return Fact(_("Reached"), f"{host}:{account.port}")


def _encrypted(account: Account, version: str) -> Fact:
    if account.security == "none":
        if fields.is_loopback(account.host):
            return Fact(_("Encrypted"), _("No, stays on this computer"))
        return Fact(_("Encrypted"), _("Not encrypted"), "warn")
    how = _("pinned") if account.certificate else _("system list")
    return Fact(_("Encrypted"), f"{version or 'TLS'}, {how}")


def _signed_in(account: Account, stages: Sequence[Stage]) -> Fact:
    signing_in = next((stage for stage in stages if stage.stage == "sign-in"), None)
    if not account.needs_secret:
        return Fact(_("Signed in"), _("Not asked for"))
    mechanism = str(signing_in.arguments.get("mechanism", "")) if signing_in is not None else ""
    words = _("Password ({mechanism})").format(mechanism=mechanism) if mechanism else account.username
    return Fact(_("Signed in"), words)


def _mailbox(last: Stage) -> str:
    unseen, folders = last.arguments.get("unseen"), last.arguments.get("folders")
    if isinstance(unseen, int):
        return ngettext("INBOX, {number} unseen", "INBOX, {number} unseen", unseen).format(number=unseen)
    number = folders if isinstance(folders, int) else 0
    return ngettext("{number} folder", "{number} folders", number).format(number=number)


def _offers(arguments: dict[str, str]) -> Fact:
    offered, missing = arguments.get("offered", "–"), arguments.get("missing", "–")
    if missing == "–":
        return Fact(_("Offers"), offered)
    if offered == "–":
        return Fact(_("Offers"), _("nothing of {names}").format(names=missing), "warn")
    return Fact(_("Offers"), _("{names} (not {missing})").format(names=offered, missing=missing))
