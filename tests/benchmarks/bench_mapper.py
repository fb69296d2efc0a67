"""How soon a key press is seen in the mapper: ``python -m tests.benchmarks.bench_mapper [light|dark]`` prints a table.

From a key in a step's field until the result stands in the target tree, painted, with a real mail as the sample. Times are of this
machine's processor alone: nothing is shown.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from mailflow_gui import paths
from mailflow_gui.flow.model import Edge, Flow, Node
from mailflow_gui.qt.main_window import MainWindow
from mailflow_gui.qt.mapper import samples
from mailflow_gui.qt.mapper.page import MapperPage
from mailflow_gui.qt.theme import theme
from tests.benchmarks import figures
from tests.benchmarks.figures import Figure

RULES = 60
KEYS = 40
LIMIT = 150.0
"""Milliseconds from a key to its result."""


def rules() -> list[dict[str, Any]]:
    """As they are in real flows: a few steps, conditions here and there."""
    found: list[dict[str, Any]] = [
        {
            "target": "subject",
            "sources": [{"field": "subject"}],
            "transformations": [{"name": "trim"}, {"name": "append", "text": "!"}],
        }
    ]
    for number in range(1, RULES):
        rule: dict[str, Any] = {
            "target": f"field-{number}",
            "sources": [{"field": "text"}, {"field": "from"}],
            "transformations": [
                {"name": "extract-pattern", "pattern": "(?P<code>[A-Z]-[0-9]+)"},
                {"name": "prepend", "text": f"{number}: "},
            ],
        }
        if number % 3 == 0:
            rule["condition"] = {"all": [{"field": "subject", "operator": "not-empty"}]}
        found.append(rule)
    return found


def flow() -> Flow:
    """Receive, map, send."""
    return Flow(
        "Large mapping",
        nodes=(
            Node("receive", "receive-email", {}, (0, 0)),
            Node("map", "data-mapper", {"rules": rules()}, (272, 0)),
            Node("send", "send-email", {"from": "a@example.org", "to": "b@example.org"}, (544, 0)),
        ),
        edges=(Edge("receive", "message", "map", "message"), Edge("map", "email", "send", "email")),
    )


def until(done: Callable[[], bool], seconds: float = 20.0) -> None:
    """Let Qt work until something is so."""
    end = time.perf_counter() + seconds
    while not done():
        QApplication.processEvents()
        if time.perf_counter() > end:
            raise TimeoutError
    QApplication.processEvents()


def result(page: MapperPage) -> str:
    """What stands beside the subject."""
    row = page.target.tree.row("target:subject")
    return row.value if row is not None else ""


def measure() -> list[float]:
    """Milliseconds from each key to its result."""
    window = MainWindow(paths.home())
    window.resize(1440, 900)
    window.show()
    base = flow()
    window.files.new()
    window.canvas.push("benchmark", replace(window.canvas.to_flow(), nodes=base.nodes, edges=base.edges))
    start = time.perf_counter()
    window.mapper.open("map")
    page = window.mapper.page
    assert page is not None
    mail = paths.resources() / "examples" / "mails" / "02-contact-form.eml"
    page.bar.samples.add(samples.from_file(mail))
    until(lambda: bool(result(page)) and not page.live.busy)
    opened = (time.perf_counter() - start) * 1000
    print(f"open with {RULES} rules and a sample: {opened:.0f} ms")
    box = page.details.steps.cards[1].form.rows["text"].editor.control()
    box.setFocus()
    times = []
    for number in range(KEYS):
        before = result(page)
        start = time.perf_counter()
        QTest.keyClicks(box, "abcdefghij"[number % 10])
        until(lambda before=before: result(page) != before)  # type: ignore[misc]  # mypy can't infer a lambda with a default
        times.append((time.perf_counter() - start) * 1000)
    window.document.close()
    window.close()
    return times


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as home:
        os.environ[paths.HOME_VARIABLE] = home
        application = QApplication.instance() or QApplication(sys.argv[:1])
        assert isinstance(application, QApplication)
        theme.apply(application)
        theme.set_mode(sys.argv[1] if len(sys.argv) > 1 else "light")
        times = sorted(measure())
        name = f"mapper of {RULES} rules: key to result"
        worst = times[int(len(times) * 0.95)]
        print(f"{name}: median {statistics.median(times):.1f} ms, 95 % {worst:.1f} ms")
        figures.tell([Figure(name, worst, "ms", LIMIT)])


if __name__ == "__main__":
    main()
