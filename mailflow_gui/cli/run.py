"""``mailflow run``: run flows without a window."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from mailflow_gui import app, paths
from mailflow_gui.cli import output
from mailflow_gui.engine.events import EventFile
from mailflow_gui.engine.runner import Runner
from mailflow_gui.engine.work import Mode, RunningFlow, Summary
from mailflow_gui.errors import MailFlowError, StorageError, UsageError
from mailflow_gui.flow import file as flow_file
from mailflow_gui.flow.model import Flow
from mailflow_gui.language import _, ngettext

CONTROL_GRACE = 2.5
"""Seconds for which a runner that nobody commands any more may finish what is in hand."""

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "run",
        help=_("run flows without a window"),
        description=_(
            "Run flows: receive, map, send. Every step is in the journal before it counts, so a run can be stopped at any time, even"
            " by a power cut, and the next one goes on where it stopped."
        ),
        epilog=_(
            "Examples: mailflow run enquiries.mailflow --once (one poll, for cron); mailflow run a.mailflow b.mailflow (until"
            " stopped with Ctrl-C). Exit code: 0 done, 1 some messages failed or are maybe sent, 2 bad usage or flow, 3 a connection, the"
            " keyring or the journal can't be used or waits for a decision, 4 no room or no right to write, 130 stopped."
        ),
    )
    parser.add_argument("flows", metavar="FLOW", nargs="*", type=Path, help=_("flow files, such as enquiries.mailflow"))
    how_long = parser.add_mutually_exclusive_group()
    how_long.add_argument(
        "--once", action="store_true", help=_("one poll per Receive Email, and the retries that are due; never waits")
    )
    how_long.add_argument(
        "--until-idle", action="store_true", help=_("until nothing new is left, without waiting between polls")
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help=_("do all but send, and change nothing on a server; has a ledger of its own"),
    )
    parser.add_argument("--json", action="store_true", help=_("end with one JSON object that counts what was done"))
    parser.add_argument(
        "--events", metavar="FILE", type=Path, help=_("write every event to FILE, one JSON object per line")
    )
    parser.add_argument(
        "--bind",
        metavar="ID=CONNECTION",
        action="append",
        default=[],
        help=_("use CONNECTION of this machine where the flow names ID; may be repeated"),
    )
    parser.add_argument(
        "--control",
        action="store_true",
        help=_("obey JSON commands on standard input and answer on standard output; takes no FLOW"),
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the flows and say what was done."""
    app.prepare(paths.home())
    if arguments.control:
        return _control(arguments)
    if not arguments.flows:
        raise UsageError("run-without-flow")
    bindings = _bindings(arguments.bind)
    flows = [(flow_file.read(path), path) for path in arguments.flows]
    mode: Mode = "once" if arguments.once else "until-idle" if arguments.until_idle else "continuous"
    note = "mailflow run " + " ".join(path.name for path in arguments.flows)
    with app.running(paths.home(), note) as here, _event_file(here, arguments.events), stopping() as stop:
        started = [
            here.engine.start(flow, path, mode=mode, dry=arguments.dry_run, bindings=_own(bindings, flow, flows))
            for flow, path in flows
        ]
        done = finish(here, started, stop)
    return report(done, json_asked=arguments.json)


def _control(arguments: argparse.Namespace) -> int:
    if arguments.flows:
        raise UsageError("run-control-with-flow")
    standard_output = sys.stdout
    sys.stdout = sys.stderr  # nothing but the protocol may go there
    try:
        with app.running(paths.home(), "mailflow run --control") as here, _event_file(here, arguments.events):
            try:
                Runner(here.engine, here.events, standard_output).serve(sys.stdin)
            finally:
                _end_within(CONTROL_GRACE)
    finally:
        sys.stdout = standard_output
    return output.DONE


def _end_within(seconds: float) -> None:
    """End this process after ``seconds`` even if a server doesn't answer: whoever commanded it may be gone for good."""
    timer = threading.Timer(seconds, os._exit, (output.DONE,))
    timer.daemon = True
    timer.start()


class Stop:
    """Whether somebody asked this process to stop."""

    asked = False


@contextlib.contextmanager
def stopping() -> Iterator[Stop]:
    """Hear SIGINT and SIGTERM (on Windows: Ctrl-C and Ctrl-Break): the first lets what is in hand be finished, the second ends this
    process at once. That is safe: the journal is made for it."""
    stop = Stop()

    def hear(_number: int, _frame: FrameType | None) -> None:
        if stop.asked:
            output.complain(_("Stopped at once. Nothing is lost: the next run goes on where this one stopped."))
            os._exit(output.STOPPED)
        stop.asked = True

    names = [name for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), hear) for name in names}
    try:
        yield stop
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


@dataclass(frozen=True)
class Done:
    """What one command's runs have come to."""

    summary: Summary
    troubles: Sequence[MailFlowError]
    stopped: bool


def finish(here: app.Running, started: Sequence[RunningFlow], stop: Stop) -> Done:
    """Wait for runs to end, stopping them when asked.

    :raises MailFlowError: the engine can't go on.
    """
    told = False
    while sum(not here.engine.wait(running, timeout=0.2 / len(started)) for running in started):
        if stop.asked and not told:
            told = True
            for running in started:
                here.engine.stop(running)
    summary = total([here.engine.end(running) for running in started])
    troubles = {str(error): error for running in started for error in here.engine.troubles(running)}
    return Done(summary, list(troubles.values()), stop.asked)


def _bindings(given: Sequence[str]) -> dict[str, str]:
    bindings = {}
    for text in given:
        stub, equals, account = text.partition("=")
        if not (stub and equals and account):
            raise UsageError("run-bad-binding", text=text)
        bindings[stub] = account
    return bindings


def _own(bindings: dict[str, str], flow: Flow, flows: Sequence[tuple[Flow, Path]]) -> dict[str, str]:
    """The bindings that concern one of several flows; one that concerns none of them is an error at the first."""
    stubs = {stub.id for stub in flow.connections}
    anywhere = {stub.id for other, _path in flows for stub in other.connections}
    return {stub: account for stub, account in bindings.items() if stub in stubs or stub not in anywhere}


@contextlib.contextmanager
def _event_file(here: app.Running, path: Path | None) -> Iterator[None]:
    if path is None:
        yield
        return
    try:
        file = path.open("a", encoding="utf-8")
    except OSError as error:
        raise StorageError("no-right-to-write", directory=str(path), reason=error.strerror or str(error)) from error
    with file:
        here.events.subscribe(EventFile(file))
        yield
        here.engine.close()  # the last events come with it


def total(summaries: Sequence[Summary]) -> Summary:
    """The counts of several runs together."""
    return Summary(
        received=sum(summary.received for summary in summaries),
        sent=sum(summary.sent for summary in summaries),
        skipped=sum(summary.skipped for summary in summaries),
        failed=sum(summary.failed for summary in summaries),
        uncertain=sum(summary.uncertain for summary in summaries),
        dry_run=any(summary.dry_run for summary in summaries),
    )


def report(done: Done, *, json_asked: bool) -> int:
    """Say what was done; returns the exit code."""
    for error in done.troubles:
        output.complain(str(error))
    summary = done.summary
    if json_asked:
        output.print_json(summary.as_json())
    else:
        output.say(_sentence(summary))
    if done.stopped:
        return output.STOPPED
    if done.troubles:
        return output.NOT_USABLE
    return output.SOME_FAILED if summary.failed or summary.uncertain else output.DONE


def _sentence(summary: Summary) -> str:
    counts = [
        ngettext("{count} message received", "{count} messages received", summary.received).format(
            count=summary.received
        ),
        _("{count} sent").format(count=summary.sent),
        _("{count} skipped").format(count=summary.skipped),
        _("{count} failed").format(count=summary.failed),
        _("{count} maybe sent").format(count=summary.uncertain),
    ]
    return ", ".join(counts) + (_(" (dry run: nothing left this machine)") if summary.dry_run else "") + "."
