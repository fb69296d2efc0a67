"""The engine against the plain pipeline, in alternating runs on real servers: ``python -m tests.benchmarks.bench_engine [MAILS] [ROUNDS]``.

Both receive the same mailbox from Dovecot, map it, and send through Postfix's smtp-sink, which counts what arrives. The plain pipeline
keeps nothing. Ratios count, of the rates between the first and the last arrival; the figures themselves are of this machine alone.
"""

from __future__ import annotations

import sys
import tempfile
from functools import partial
from pathlib import Path

from tests.benchmarks import figures, pipeline
from tests.benchmarks.figures import Figure
from tests.benchmarks.mails import mail, with_attachment
from tests.benchmarks.pipeline import Mapped, Setup, engine, median, plain, ratio, sink
from tests.servers.dovecot import dovecot

PLAIN = "plain pipeline"
TEXT, HEADERS, NOTHING, POP3 = (
    "headers and text mapped",
    "headers mapped",
    "passed through",
    "POP3, headers and text mapped",
)
MORE = 16
"""Sessions that the sending account allows where it allows more than a new one does."""
WITH_MORE: dict[str, Mapped] = {
    f"{TEXT}, {MORE} sessions": "text",
    f"{HEADERS}, {MORE} sessions": "headers",
    f"{NOTHING}, {MORE} sessions": "nothing",
}
TARGETS = {TEXT: 6, HEADERS: 7, NOTHING: 8, POP3: 5}
"""How many times the plain pipeline's rate each must reach."""
MOST_MB = 80
LARGE = 50_000_000
"""Bytes of a mail with a large attachment; the product takes mails of 50 MiB at most."""


def main(count: int = 2000, rounds: int = 3) -> None:
    """Print one table."""
    with dovecot() as server, sink() as at, tempfile.TemporaryDirectory() as directory:
        user = server.new_user()
        server.deliver_all(user, (mail(number) for number in range(count)))
        home = Path(directory) / "home"
        more = {
            name: partial(engine, Setup(server, user, at, home, mapped=mapped, sessions=MORE))
            for name, mapped in WITH_MORE.items()
        }
        runs = pipeline.alternating(
            rounds,
            {
                PLAIN: lambda: plain(server, user, at),
                TEXT: lambda: engine(Setup(server, user, at, home)),
                HEADERS: lambda: engine(Setup(server, user, at, home, mapped="headers")),
                NOTHING: lambda: engine(Setup(server, user, at, home, mapped="nothing")),
                POP3: lambda: engine(Setup(server, user, at, home, protocol="pop3")),
                **more,
            },
            count,
        )
        large = server.new_user()
        server.deliver(large, with_attachment(LARGE))
        one = engine(Setup(server, large, at, home))
        print(f"one mail of {LARGE // 1_000_000} MB: {one.seconds:.1f} s, {one.rss_mb:.0f} MB resident\n")
    found = []
    for name, target in TARGETS.items():
        found += [
            Figure(f"{name}: mails a second, steady", median(run.steady_rate for run in runs[name]), "/s"),
            Figure(f"{name}: × plain", ratio(runs[name], runs[PLAIN]), "×", target, at_least=True),
        ]
    found += [Figure(f"{name}: × plain", ratio(runs[name], runs[PLAIN]), "×") for name in WITH_MORE]
    most = max(run.rss_mb for name, all_of in runs.items() if name != PLAIN for run in all_of)
    found += [
        Figure("engine: CPU for 1,000 mails", median(run.cpu_per_1000 for run in runs[TEXT]), "s"),
        Figure("engine: resident memory", most, "MB", MOST_MB),
        Figure("engine: resident memory, a mail of 50 MB", one.rss_mb, "MB", MOST_MB),
    ]
    figures.tell(found)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
