"""A far server: 20 ms there and back on both lines, with 4 and with 32 sending sessions.

``python -m tests.benchmarks.bench_distance [MAILS]``.
The plain pipeline sends one mail after the other; it gets fewer mails, for it needs half a second for ten.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.benchmarks import figures
from tests.benchmarks.figures import Figure
from tests.benchmarks.mails import mail
from tests.benchmarks.pipeline import Run, Setup, delayed, engine, plain, sink
from tests.servers.dovecot import dovecot

ROUND_TRIP = 0.02
FEW = 100
"""Mails for the plain pipeline."""


def main(count: int = 2000) -> None:
    """Print one table."""
    with (
        dovecot() as server,
        sink() as at,
        delayed(server.imap, ROUND_TRIP) as imap,
        delayed(at.port, ROUND_TRIP) as smtp,
        tempfile.TemporaryDirectory() as directory,
    ):
        few, many = server.new_user(), server.new_user()
        server.deliver_all(few, (mail(number) for number in range(FEW)))
        server.deliver_all(many, (mail(number) for number in range(count)))
        home = Path(directory) / "home"
        runs: dict[str, Run] = {"plain pipeline": plain(server, few, at, imap=imap, smtp=smtp)}
        for sessions in (4, 32):
            setup = Setup(server, many, at, home, receiving=imap, sending=smtp, sessions=sessions)
            runs[f"{sessions} sessions"] = engine(setup)
    print(f"{ROUND_TRIP * 1000:.0f} ms there and back; {FEW} mails for the plain pipeline, {count} for the engine")
    print(f"{'':18} {'steady/s':>9} {'CPU s/1000':>11} {'RSS MB':>8}")
    for name, run in runs.items():
        print(f"{name:18} {run.steady_rate:9.0f} {run.cpu_per_1000:11.2f} {run.rss_mb:8.0f}")
    print()
    theirs = runs["plain pipeline"].steady_rate
    figures.tell(
        [
            Figure(
                f"20 ms away, {sessions} sessions: × plain",
                runs[f"{sessions} sessions"].steady_rate / theirs,
                "×",
                target,
                at_least=True,
            )
            for sessions, target in ((4, 12), (32, 40))
        ]
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
