"""Validate: try an account at once and say stage by stage how far it came. It never saves and signs in exactly once."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from mailflow_gui.accounts import abilities, fields, proposals
from mailflow_gui.accounts.abilities import Abilities
from mailflow_gui.accounts.account import DEFAULT_PORTS, Account
from mailflow_gui.accounts.secrets import Secret, SecretStore, variable
from mailflow_gui.accounts.sessions import secret_of, server_of
from mailflow_gui.accounts.stages import STAGES, Stage, StageName
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.errors import AccountError, MailError, MailFlowError
from mailflow_gui.mail import tls
from mailflow_gui.mail.wire import Progress, Secured, SignedIn
from mailflow_gui.sentences import Argument

NAMES = {"none": "None", "starttls": "STARTTLS", "tls": "SSL/TLS"}
"""The security methods as they stand on screen."""

EXPIRES_SOON = 30
"""Days before a certificate's end from which on it is pointed out."""

_ABOUT_CERTIFICATES = "certificate-"
"""Codes that begin so are about the certificate that the server showed."""

_POLL = 0.05
"""Seconds between two looks at ``cancelled``."""


_NEAR = 2.0
"""Seconds within which a server on this computer answers."""


class _CancelledError(Exception):
    """Raised inside the worker so that a session gives up between two stages."""


def validate(
    account: Account,
    secret: Secret | None,
    on_stage: Callable[[Stage], None] = lambda _stage: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[Stage, ...]:
    """Try ``account``, saved or not, with ``secret``. All went well when every stage is ``ok``; the first that isn't is the last.

    :param on_stage: called with each stage as it ends, in the caller's thread.
    :param cancelled: asked every moment; after True no further stage begins, and a sign-in under way is left to itself.
    """
    ended: list[Stage] = []

    def end(stage: Stage) -> None:
        ended.append(stage)
        on_stage(stage)

    end(_parameters(account, secret))
    if ended[-1].ok:
        _try(account, secret, end, cancelled)
    return tuple(ended)


def validate_saved(
    accounts: AccountStore,
    secrets: SecretStore,
    account_id: str,
    on_stage: Callable[[Stage], None] = lambda _stage: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[Stage, ...]:
    """Try a saved account with its own secret, and note in the store when it did well. A missing secret is a stage that failed.

    :raises AccountError: no such account.
    :raises StorageError: the success can't be noted.
    """
    account = accounts.get(account_id)
    try:
        secret = secret_of(account, secrets)
    except AccountError as error:
        failed = _failed("parameters", error)
        on_stage(failed)
        return (failed,)
    stages = validate(account, secret, on_stage, cancelled)
    if all(stage.ok for stage in stages):
        with accounts.locked():
            if accounts.get(account_id) == account:  # somebody may have edited it meanwhile: that was not tried
                accounts.replace(replace(account, validated=datetime.now(UTC).isoformat(timespec="milliseconds")))
    return stages


def _parameters(account: Account, secret: Secret | None) -> Stage:
    """What can be said without a network."""
    for fault in fields.faults(account):
        return Stage("parameters", ok=False, code=fault.code, arguments=dict(fault.arguments))
    if account.certificate and account.security != "none":
        try:
            tls.describe(account.certificate)
        except MailFlowError as error:
            return _failed("parameters", error)
    if account.needs_secret and secret is None:
        arguments = {"name": account.name, "id": account.id, "variable": variable(account.id)}
        return Stage("parameters", ok=False, code="secret-missing", arguments=arguments)
    return Stage("parameters", ok=True, code="validate-parameters-ok")


def _try(account: Account, secret: Secret | None, end: Callable[[Stage], None], cancelled: Callable[[], bool]) -> None:
    """The stages with a network, in a thread that can be left behind: a look-up or a silent server can't be interrupted."""
    stop = threading.Event()
    clear_only = threading.Event()
    said: queue.SimpleQueue[StageName | Progress | Abilities | BaseException] = queue.SimpleQueue()

    def begin(progress: StageName | Progress) -> None:
        if stop.is_set():
            raise _CancelledError
        said.put(progress)

    def work() -> None:
        try:
            said.put(abilities.look_up(account, secret, begin))
        except MailError as error:
            _look_at_certificate(account, error)
            if _speaks_clear_alone(account, error):
                clear_only.set()
            said.put(error)
        except BaseException as error:  # noqa: BLE001  # carried to the caller's thread
            said.put(error)

    threading.Thread(target=work, name="validate", daemon=True).start()
    current: StageName = "lookup"
    secured = signed_in = None
    while True:
        if cancelled():
            stop.set()
            end(Stage(current, ok=False, code="validate-cancelled"))
            return
        try:
            word = said.get(timeout=_POLL)
        except queue.Empty:
            continue
        if isinstance(word, Abilities):
            end(Stage("abilities", True, word.code, word.arguments, word.detail))
            return
        if isinstance(word, Secured):
            secured = word
            continue
        if isinstance(word, SignedIn):
            signed_in = word
            continue
        if isinstance(word, MailFlowError):
            end(_with_proposal(_failed(current, word), account, clear_only=clear_only.is_set()))
            return
        if isinstance(word, BaseException):
            raise word
        for passed in STAGES[STAGES.index(current) : STAGES.index(word)]:
            end(_passed(passed, account, secured, signed_in))
        current = word


def _look_at_certificate(account: Account, error: MailError) -> None:
    """Add the certificate that the server shows to an error about it. Nothing secret is said; a server that is gone says nothing."""
    if error.code.startswith(_ABOUT_CERTIFICATES) and "new_certificate" not in error.arguments:
        with contextlib.suppress(MailError):
            error.arguments |= tls.compared(tls.fetch_certificate(server_of(account), account.protocol))


def _speaks_clear_alone(account: Account, error: MailError) -> bool:
    """Whether a server on this very computer, whose line is in clear, begins no TLS either: proposing STARTTLS would lead nowhere."""
    if error.code != "tls-not-spoken" or not fields.is_loopback(account.host):
        return False
    try:
        tls.fetch_certificate(replace(server_of(account), security="starttls"), account.protocol, _NEAR)
    except MailError:
        return True
    return False


def _passed(stage: StageName, account: Account, secured: Secured | None, signed_in: SignedIn | None) -> Stage:
    """A stage that the session left behind without a complaint."""
    code, detail = f"validate-{stage}-ok", ""
    arguments: dict[str, Argument] = {"host": account.host, "port": account.port, "username": account.username}
    if stage == "lookup" and fields.is_address(account.host):
        code = "validate-lookup-address"
    elif stage == "tls" and secured is not None:
        arguments |= {"encryption": secured.version, "cipher": secured.cipher}
        detail = f"{secured.version} {secured.cipher}"
        if secured.certificate:
            found = tls.describe(secured.certificate)
            left = (found.not_after - datetime.now(UTC)).days
            arguments |= {"days": left, "day": found.not_after.date().isoformat(), "fingerprint": found.sha256}
            detail += f"\nSHA-256 {found.sha256}\n{found.not_before.isoformat()} – {found.not_after.isoformat()}"
            code = "validate-tls-expires-soon" if left < EXPIRES_SOON else code
    elif stage == "tls":
        code = "validate-tls-none-loopback" if fields.is_loopback(account.host) else "validate-tls-none"
    elif stage == "sign-in":
        mechanism = signed_in.mechanism if signed_in is not None else ""
        arguments["mechanism"] = detail = mechanism
        if not account.needs_secret:
            code = "validate-sign-in-anonymous" if mechanism else "validate-sign-in-none"
    return Stage(stage, ok=True, code=code, arguments=arguments, detail=detail)


def _failed(stage: StageName, error: MailFlowError) -> Stage:
    failed = Stage(stage, ok=False, code=error.code, arguments=dict(error.arguments))
    lines = [error.detail, *_certificate_lines("shown", failed.shown), *_certificate_lines("trusted", failed.trusted)]
    return replace(failed, detail="\n".join(filter(None, lines)))


def _certificate_lines(label: str, certificate: tls.Certificate | None) -> tuple[str, ...]:
    """Technical detail of one certificate; English, as the protocols' words around it."""
    if certificate is None:
        return ()
    return (
        f"{label}: {certificate.subject}, issued by {certificate.issuer}, for {', '.join(certificate.names) or 'no name'}",
        f"  {certificate.not_before.isoformat()} – {certificate.not_after.isoformat()}, SHA-256 {certificate.sha256}",
    )


def _with_proposal(stage: Stage, account: Account, *, clear_only: bool) -> Stage:
    """With another port or security method to try, and the advice that they don't belong together where that is so."""
    stage = replace(stage, proposal=None if clear_only else proposals.propose(account, stage.code))
    fitting = proposals.fitting(account)
    if stage.stage not in ("connect", "tls") or fitting is None:
        return stage
    arguments: dict[str, Argument] = {
        **stage.arguments,
        "port": account.port,
        "fitting": NAMES[fitting],
        "chosen": NAMES[account.security],
        "usual": DEFAULT_PORTS[account.protocol, account.security],
    }
    return replace(stage, arguments=arguments, hint="validate-hint-port")
