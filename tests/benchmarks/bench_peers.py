"""Other programs that receive and hand on, beside the engine: ``python -m tests.benchmarks.bench_peers [MAILS] [ROUNDS]``.

fetchmail (with its socket's delay switched off, which costs it more than all else) and getmail6, where they are installed. They map
nothing: the engine passes the mails through, too.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.benchmarks import figures, pipeline
from tests.benchmarks.bench_engine import MORE
from tests.benchmarks.figures import Figure
from tests.benchmarks.mails import mail
from tests.benchmarks.pipeline import Run, Setup, Sink, engine, measured, median, ratio, sink
from tests.servers.dovecot import Dovecot, dovecot

_NO_DELAY = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
int connect(int s, const struct sockaddr *a, socklen_t n) {
    int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "connect");
    int one = 1, done = real(s, a, n);
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return done;
}
"""
"""A library that is loaded before fetchmail and turns Nagle's algorithm off: with delayed acknowledgements that costs 40 ms a mail."""


def fetchmail(server: Dovecot, user: str, at: Sink, directory: Path, library: Path) -> Run:
    """One run; it takes the mails that it knows already again (``fetchall``, ``keep``)."""
    control = directory / "fetchmailrc"
    control.write_text(
        f'poll 127.0.0.1 protocol imap port {server.imap} auth password user "{user}" password "{server.password}"'
        f' smtphost 127.0.0.1/{at.port} smtpname sales@example.com fetchall keep sslproto ""\n',
        encoding="utf-8",
    )
    control.chmod(0o600)
    environment = {"HOME": str(directory), "FETCHMAILHOME": str(directory), "LD_PRELOAD": str(library)}
    return measured(["fetchmail", "--silent", "--nodetach", "--nosyslog", "-f", str(control)], at, environment)[0]


def getmail(server: Dovecot, user: str, at: Sink, directory: Path) -> Run:
    """One run; each mail is given to a program of its own, as getmail does without a mailbox."""
    control = directory / "getmailrc"
    control.write_text(
        f"[retriever]\ntype = SimpleIMAPRetriever\nserver = 127.0.0.1\nport = {server.imap}\nusername = {user}\n"
        f"password = {server.password}\n[destination]\ntype = MDA_lmtp\nhost = 127.0.0.1\nport = {at.port}\n"
        "override = sales@example.com\n[options]\nread_all = true\ndelete = false\nverbose = 0\n",
        encoding="utf-8",
    )
    return measured(["getmail", "--getmaildir", str(directory), "--rcfile", str(control)], at)[0]


OURS, OURS_MORE = "engine, passed through", f"engine, {MORE} sessions"
FETCHMAIL, GETMAIL = "fetchmail, TCP_NODELAY", "getmail6"
TIMES = {FETCHMAIL: 6, GETMAIL: 5}
"""How many times a peer's rate the engine's must be."""
MOST_CPU = 1 / 3
"""Of a peer's processor time, at most."""


def main(count: int = 1000, rounds: int = 2) -> None:
    """Print one table, and why a peer is not in it."""
    with dovecot() as server, sink() as at, tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        user = server.new_user()
        runs: dict[str, Callable[[], Run]] = {}
        library = directory / "nodelay.so"
        if shutil.which("fetchmail") is None:
            print("fetchmail is left out: it is not installed.")
        elif not _built(library):
            print("fetchmail is left out: there is no C compiler for the library that turns its delay off.")
        else:
            runs[FETCHMAIL] = lambda: fetchmail(server, user, at, directory, library)
        if shutil.which("getmail") is None:
            print("getmail6 is left out: it is not installed.")
        else:
            runs[GETMAIL] = lambda: getmail(server, user, at, directory)
        if not runs:
            return
        server.deliver_all(user, (mail(number) for number in range(count)))
        setup = Setup(server, user, at, directory / "home", mapped="nothing")
        runs[OURS] = lambda: engine(setup)
        runs[OURS_MORE] = lambda: engine(replace(setup, sessions=MORE))
        done = pipeline.alternating(rounds, runs, count)
    ours, ours_more = done.pop(OURS), done.pop(OURS_MORE)
    found = []
    for peer, theirs in done.items():
        cpu = median(run.cpu_per_1000 for run in ours) / median(run.cpu_per_1000 for run in theirs)
        found += [
            Figure(f"passed through: × {peer}", ratio(ours, theirs), "×", TIMES[peer], at_least=True),
            Figure(f"passed through, {MORE} sessions: × {peer}", ratio(ours_more, theirs), "×"),
            Figure(f"passed through: processor's time, × {peer}", cpu, "×", MOST_CPU),
        ]
    figures.tell(found)


def _built(library: Path) -> bool:
    compiler = shutil.which("cc")
    if compiler is None:
        return False
    command = [compiler, "-shared", "-fPIC", "-x", "c", "-o", str(library), "-", "-ldl"]
    return subprocess.run(command, input=_NO_DELAY, text=True, check=False).returncode == 0


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
