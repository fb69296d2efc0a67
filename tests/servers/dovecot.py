"""A real Dovecot on free loopback ports in a directory of its own; any user name, password ``pw``, Maildir.

Needs Debian's packages dovecot-imapd and dovecot-pop3d (Dovecot 2.3 or 2.4). As root, mail belongs to nobody; as another
user everything belongs to that user.
"""

from __future__ import annotations

import contextlib
import getpass
import imaplib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.servers.certificates import Certificate, make

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HOST = "127.0.0.1"
PASSWORD = "pw"
MISSING = "Dovecot is not installed: apt-get install dovecot-imapd dovecot-pop3d"


def program() -> str | None:
    """The path of the dovecot program, or None; system directories are looked at even when PATH leaves them out."""
    return shutil.which("dovecot", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin")))


@dataclass
class Dovecot:
    """A running Dovecot."""

    directory: Path
    imap: int
    imaps: int
    pop3: int
    pop3s: int
    certificate: Certificate
    """Its own, self-signed, for localhost, 127.0.0.1 and ::1."""
    host: str = HOST
    password: str = PASSWORD
    _users: int = field(default=0, repr=False)

    @property
    def certificate_file(self) -> Path:
        return self.directory / "tls" / "cert.pem"

    @property
    def sasl_socket(self) -> Path:
        """Where another server may ask whether a password is right."""
        return self.directory / "run" / "sasl"

    def show(self, certificate: Certificate) -> None:
        """Show another certificate from now on."""
        self.certificate = certificate
        certificate.write(self.directory / "tls")
        found = program()
        assert found is not None
        subprocess.run([found, "-c", str(self.directory / "dovecot.conf"), "reload"], check=True, timeout=20)

    def kick(self, user: str) -> None:
        """End all sessions of a user."""
        doveadm = shutil.which(
            "doveadm", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/bin", "/usr/local/bin"))
        )
        assert doveadm is not None
        # Its exit code says whether anybody was signed in at that moment, which a client that polls may not be.
        subprocess.run([doveadm, "-c", str(self.directory / "dovecot.conf"), "kick", user], check=False, timeout=20)

    def new_user(self) -> str:
        """A user name that nobody has used yet."""
        self._users += 1
        return f"user{self._users}"

    def deliver(self, user: str, raw: bytes, folder: str = "INBOX", flags: tuple[str, ...] = ()) -> int:
        """Put a mail into a folder (made if missing) and return its UID."""
        return self.deliver_all(user, [raw], folder, flags)[0]

    def deliver_all(
        self, user: str, raws: Iterable[bytes], folder: str = "INBOX", flags: tuple[str, ...] = ()
    ) -> list[int]:
        """Put mails into a folder (made if missing), in this order, and return their UIDs."""
        uids = []
        with self.client(user) as client:
            if folder != "INBOX":
                client.create(_quoted(folder))
            for raw in raws:
                kind, data = client.append(_quoted(folder), " ".join(flags), "", raw)
                assert kind == "OK", data
                found = re.search(rb"APPENDUID \d+ (\d+)", data[0])
                assert found is not None
                uids.append(int(found[1]))
        return uids

    def messages(self, user: str, folder: str = "INBOX") -> dict[int, bytes]:
        """All mails of a folder, raw, by UID; none if there is no such folder."""
        return {uid: raw for uid, (raw, _) in self._look(user, folder).items()}

    def flags(self, user: str, folder: str = "INBOX") -> dict[int, set[str]]:
        r"""All flags by UID, but for ``\Recent``."""
        return {uid: flags - {"\\Recent"} for uid, (_, flags) in self._look(user, folder).items()}

    def folders(self, user: str) -> set[str]:
        """Names as they stand on the wire (modified UTF-7)."""
        with self.client(user) as client:
            listed = client.list()[1]
        return {line.decode().rpartition(' "." ')[2].strip('"') for line in listed if isinstance(line, bytes)}

    def set_flags(self, user: str, uid: int, flags: str, folder: str = "INBOX") -> None:
        r"""Add flags such as ``\Deleted`` as another mail program would."""
        with self.client(user) as client:
            client.select(_quoted(folder))
            assert client.uid("STORE", str(uid), "+FLAGS", f"({flags})")[0] == "OK"

    def expunge(self, user: str, folder: str = "INBOX") -> None:
        """EXPUNGE as another mail program would."""
        with self.client(user) as client:
            client.select(_quoted(folder))
            assert client.expunge()[0] == "OK"

    def logins(self, user: str) -> int:
        """How often this user has signed in well, deliveries and looks of this class not counted."""
        own = self._client_logins.get(user, 0)
        self._settle()
        return self._count(f"Login: user=<{user}>") - own

    def refused_logins(self, user: str) -> int:
        """How many passwords were refused for this user, on lines that are closed by now."""
        self._settle()
        return len(re.findall(rf"auth failed, (\d+) attempts.*user=<{re.escape(user)}>", self.log()))

    def log(self) -> str:
        """The whole log."""
        return (self.directory / "log").read_text(encoding="utf-8", errors="replace")

    @contextlib.contextmanager
    def client(self, user: str) -> Iterator[imaplib.IMAP4]:
        """A plain imaplib client, independent of the code under test."""
        self._client_logins[user] = self._client_logins.get(user, 0) + 1
        client = imaplib.IMAP4(self.host, self.imap)
        try:
            client.login(user, self.password)
            yield client
        finally:
            client.logout()

    _client_logins: dict[str, int] = field(default_factory=dict, repr=False)

    def _settle(self) -> None:
        """Wait until the log has what happened so far: a login of a marker user stands in it."""
        marker = self.new_user()
        with self.client(marker):
            pass
        end = time.monotonic() + 10
        while self._count(f"Login: user=<{marker}>") == 0 and time.monotonic() < end:
            time.sleep(0.01)

    def _count(self, words: str) -> int:
        return self.log().count(words)

    def _look(self, user: str, folder: str) -> dict[int, tuple[bytes, set[str]]]:
        found: dict[int, tuple[bytes, set[str]]] = {}
        with self.client(user) as client:
            if client.select(_quoted(folder), readonly=True)[0] != "OK":
                return found
            uids = client.uid("SEARCH", "ALL")[1][0]
            if not uids:
                return found
            for part in client.uid("FETCH", uids.replace(b" ", b",").decode(), "(UID FLAGS BODY.PEEK[])")[1]:
                if isinstance(part, tuple):
                    uid = re.search(rb"UID (\d+)", part[0])
                    flags = re.search(rb"FLAGS \(([^)]*)\)", part[0])
                    assert uid is not None
                    assert flags is not None
                    found[int(uid[1])] = (part[1], set(flags[1].decode().split()))
        return found


@contextlib.contextmanager
def dovecot(directory: Path | None = None, certificate: Certificate | None = None) -> Iterator[Dovecot]:
    """Start a Dovecot, give it, and stop it.

    :param directory: a new directory for it; None: a temporary one. Its path must be short (UNIX sockets).
    :param certificate: what it shows; None: one of its own, self-signed for this machine.
    :raises RuntimeError: not installed, or it does not start.
    """
    found = program()
    if found is None:
        raise RuntimeError(MISSING)
    with tempfile.TemporaryDirectory(prefix="mf-", ignore_cleanup_errors=True) as temporary:
        base = directory or Path(temporary)
        imap, imaps, pop3, pop3s = free_ports(4)
        server = Dovecot(base, imap, imaps, pop3, pop3s, certificate or make())
        _write(server, _version(found))
        log = (base / "output").open("wb")
        with log, subprocess.Popen([found, "-F", "-c", str(base / "dovecot.conf")], stdout=log, stderr=log) as process:
            try:
                _wait_until_it_answers(server, process)
                yield server
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(20)


def _version(found: str) -> tuple[int, int]:
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    major, minor = said.split()[0].split(".")[:2]
    return int(major), int(minor)


def _write(server: Dovecot, version: tuple[int, int]) -> None:
    base = server.directory
    mail, run = base / "mail", base / "run"
    for each in (base, mail, run, base / "state"):
        each.mkdir(parents=True, exist_ok=True)
        each.chmod(0o755)
    server.certificate.write(base / "tls")
    owner, group, internal = _owners(mail)
    (base / "dovecot.conf").write_text(
        (_CONFIGURATION_2_4 if version >= (2, 4) else _CONFIGURATION_2_3).format(
            base=base, owner=owner, group=group, internal=internal, server=server, password=PASSWORD
        ),
        encoding="utf-8",
    )


def _owners(mail: Path) -> tuple[str, str, str]:
    """Whom mail belongs to, and settings with which Dovecot runs without root."""
    import grp  # neither module exists on Windows, where this file must be importable all the same
    import pwd

    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(mail, nobody.pw_uid, nobody.pw_gid)
        return "nobody", grp.getgrgid(nobody.pw_gid).gr_name, ""
    user, group = getpass.getuser(), grp.getgrgid(os.getegid()).gr_name
    internal = f"default_internal_user = {user}\ndefault_login_user = {user}\ndefault_internal_group = {group}\n"
    services = "".join(f"service {name} {{\n  chroot =\n}}\n" for name in ("imap-login", "pop3-login", "anvil"))
    return user, group, internal + services


def _wait_until_it_answers(server: Dovecot, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError):
            for port in (server.imap, server.pop3):
                with socket.create_connection((server.host, port), timeout=2) as sock:
                    assert sock.recv(3) in (b"* O", b"+OK")
            return
        time.sleep(0.05)
    words = (server.directory / "output").read_text(encoding="utf-8", errors="replace")
    logged = server.directory / "log"
    raise RuntimeError(f"Dovecot does not start: {words}\n{server.log() if logged.exists() else ''}")


def free_ports(count: int) -> list[int]:
    """Loopback ports that nobody listens on now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for sock in sockets:
            sock.bind((HOST, 0))
        return [sock.getsockname()[1] for sock in sockets]


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


_SERVICES = """
first_valid_uid = 1
mail_fsync = never
mailbox_idle_check_interval = 1 secs
mail_max_userip_connections = 100
namespace inbox {{
  inbox = yes
}}
service imap {{
  service_count = 1000
}}
service pop3 {{
  service_count = 1000
}}
service imap-login {{
  service_count = 0
  inet_listener imap {{
    port = {server.imap}
  }}
  inet_listener imaps {{
    port = {server.imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  service_count = 0
  inet_listener pop3 {{
    port = {server.pop3}
  }}
  inet_listener pop3s {{
    port = {server.pop3s}
    ssl = yes
  }}
}}
service auth {{
  unix_listener sasl {{
    mode = 0666
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""

_CONFIGURATION_2_3 = (
    """
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/log
protocols = imap pop3
listen = 127.0.0.1
ssl = yes
ssl_cert = <{base}/tls/cert.pem
ssl_key = <{base}/tls/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:%h/Maildir
{internal}passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={owner} gid={group} home={base}/mail/%u
}}
"""
    + _SERVICES
)

_CONFIGURATION_2_4 = (
    """
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/log
protocols = imap pop3
listen = 127.0.0.1
ssl = yes
ssl_server_cert_file = {base}/tls/cert.pem
ssl_server_key_file = {base}/tls/key.pem
auth_allow_cleartext = yes
auth_mechanisms = plain login
auth_failure_delay = 0
mail_driver = maildir
mail_path = ~/Maildir
{internal}passdb static {{
  password = {password}
}}
userdb static {{
  fields {{
    uid = {owner}
    gid = {group}
    home = {base}/mail/%{{user}}
  }}
}}
"""
    + _SERVICES
)
