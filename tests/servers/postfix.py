"""A real Postfix on free loopback ports in a directory of its own: submission, SMTPS, and a clear port that relays for nobody.

Needs Debian's package postfix, and root (Postfix changes to users of its own). Passwords are checked by a Dovecot that runs already.
All mail is discarded once it was accepted.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.servers.certificates import Certificate, make
from tests.servers.dovecot import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.dovecot import Dovecot

HOST = "127.0.0.1"
MISSING = "Postfix can't run here: it needs Debian's package postfix, and root"

_MAIN = """
compatibility_level = 3.6
queue_directory = {base}/queue
data_directory = {base}/data
maillog_file = {base}/log
maillog_file_prefixes = {base}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = mail.example.com
mydestination =
mynetworks =
alias_maps =
alias_database =
relay_domains =
local_recipient_maps =
default_transport = discard
smtpd_tls_cert_file = {base}/tls/cert.pem
smtpd_tls_key_file = {base}/tls/key.pem
smtpd_tls_session_cache_database =
smtpd_sasl_type = dovecot
smtpd_sasl_path = {sasl}
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_delay_reject = yes
smtpd_error_sleep_time = 0
smtpd_hard_error_limit = 100
smtputf8_enable = no
"""

_MASTER = """
{submission} inet n - n - - smtpd -o smtpd_tls_security_level=encrypt -o smtpd_sasl_auth_enable=yes
{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes -o smtpd_sasl_auth_enable=yes
{smtp} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
discard unix - - n - - discard
error unix - - n - - error
retry unix - - n - - error
postlog unix-dgram n - n - 1 postlogd
"""


def program() -> str | None:
    """The path of the postfix program, or None where it can't be run."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    return shutil.which("postfix", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin")))


@dataclass
class Postfix:
    """A running Postfix."""

    directory: Path
    submission: int
    smtps: int
    smtp: int
    certificate: Certificate
    """Its own, self-signed, for localhost, 127.0.0.1 and ::1."""
    host: str = HOST

    def log(self) -> str:
        """The whole log."""
        return (self.directory / "log").read_text(encoding="utf-8", errors="replace")

    def show(self, certificate: Certificate) -> None:
        """Show another certificate from now on."""
        self.certificate = certificate
        certificate.write(self.directory / "tls")
        _command("reload", self.directory)


@contextlib.contextmanager
def postfix(dovecot: Dovecot) -> Iterator[Postfix]:
    """Start a Postfix whose passwords ``dovecot`` checks, give it, and stop it.

    :raises RuntimeError: not installed, or it does not start.
    """
    if program() is None:
        raise RuntimeError(MISSING)
    with tempfile.TemporaryDirectory(prefix="mf-", ignore_cleanup_errors=True) as temporary:
        base = Path(temporary)
        submission, smtps, smtp = free_ports(3)
        server = Postfix(base, submission, smtps, smtp, make())
        _write(server, dovecot)
        _command("start", base)
        try:
            _wait_until_it_answers(server)
            yield server
        finally:
            _command("stop", base)


def _write(server: Postfix, dovecot: Dovecot) -> None:
    base = server.directory
    base.chmod(0o755)
    for name in ("queue", "data"):
        (base / name).mkdir(mode=0o755)
    shutil.chown(base / "data", "postfix")
    server.certificate.write(base / "tls")
    (base / "main.cf").write_text(_MAIN.format(base=base, sasl=dovecot.sasl_socket), encoding="utf-8")
    ports = {"submission": server.submission, "smtps": server.smtps, "smtp": server.smtp}
    addresses = {name: f"{HOST}:{port}" for name, port in ports.items()}
    (base / "master.cf").write_text(_MASTER.format(**addresses), encoding="utf-8")


def _command(verb: str, base: Path) -> None:
    done = subprocess.run(
        [program() or "postfix", "-c", str(base), verb], capture_output=True, text=True, check=False, timeout=60
    )
    if done.returncode != 0:
        logged = base / "log"
        words = logged.read_text(encoding="utf-8", errors="replace") if logged.exists() else ""
        raise RuntimeError(f"postfix {verb}: {done.stdout}{done.stderr}{words}")


def _wait_until_it_answers(server: Postfix) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            for port in (server.submission, server.smtp):
                with socket.create_connection((server.host, port), timeout=10) as sock:
                    assert sock.recv(4) == b"220 ", server.log()
            return
        time.sleep(0.05)
    raise RuntimeError(f"Postfix does not start: {server.log()}")
