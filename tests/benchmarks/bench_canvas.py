"""How fast the canvas opens, pans and zooms: ``python -m tests.benchmarks.bench_canvas [light|dark]`` prints a table.

Times are of this machine's processor alone: the canvas paints into memory, nothing is shown.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from mailflow_gui import paths
from mailflow_gui.flow.model import Edge, Flow, Node
from mailflow_gui.nodes import NODE_TYPES
from mailflow_gui.qt.canvas import Canvas, NodeLive
from mailflow_gui.qt.theme import theme
from tests.benchmarks import figures
from tests.benchmarks.figures import Figure

COUNTS = (100, 500)
LIMITS = {"open": 1500.0, "pan at 100 %": 16.0}
"""Milliseconds; panning is judged with about 25 cards in view."""

_KINDS = (("receive-email", "message"), ("data-mapper", "email"), ("send-email", ""))
_INPUTS = {"data-mapper": "message", "send-email": "email"}


def flow_of(count: int) -> Flow:
    """Chains of receive, map and send, a few chains in a row."""
    nodes, edges = [], []
    for index in range(count):
        kind, output = _KINDS[index % 3]
        place = (index % 15 * 256, index // 15 * 208)
        nodes.append(Node(f"n{index}", kind, {"note": f"node {index}"}, place, f"Node {index} 受信メール"))
        if output and index + 1 < count:
            following = _KINDS[(index + 1) % 3][0]
            edges.append(Edge(f"n{index}", output, f"n{index + 1}", _INPUTS[following]))
    return Flow(name="Large", nodes=tuple(nodes), edges=tuple(edges))


def milliseconds(work: Callable[[], object]) -> float:
    """How long something takes, with everything it makes Qt do."""
    start = time.perf_counter()
    work()
    QApplication.processEvents()
    return (time.perf_counter() - start) * 1000


def frames(work: Callable[[int], object], count: int = 60) -> tuple[float, float]:
    """Median and 95th percentile of a step repeated ``count`` times."""
    times = sorted(milliseconds(lambda step=index: work(step)) for index in range(count))  # type: ignore[misc]  # mypy can't infer a lambda with a default
    return statistics.median(times), times[int(len(times) * 0.95)]


def measure(count: int) -> list[tuple[str, float, float]]:
    """Rows of the table for a flow of ``count`` nodes."""
    flow = flow_of(count)
    canvas = Canvas(NODE_TYPES)
    canvas.resize(1440, 900)
    canvas.show()
    QApplication.processEvents()
    rows = [("open", milliseconds(lambda: canvas.show_flow(flow)), 0.0)]

    def pan(step: int) -> None:
        canvas.viewer.pan(QPoint(-9 if step % 40 < 20 else 9, 5 if step % 20 < 10 else -5))

    canvas.set_zoom(1.0)
    canvas.viewer.centerOn(900, 600)
    QApplication.processEvents()
    rows.append(("pan at 100 %", *frames(pan)))
    canvas.set_zoom(0.4)
    QApplication.processEvents()
    rows.append(("pan at 40 %", *frames(pan)))
    canvas.fit_all()
    QApplication.processEvents()
    rows.append((f"pan at {canvas.zoom():.0%}, all", *frames(pan)))
    rows.append(("zoom 10 … 34 %", *frames(lambda step: canvas.set_zoom(0.1 + step % 12 * 0.02))))
    rows.append(("zoom 36 … 100 %", *frames(lambda step: canvas.set_zoom(0.36 + step % 16 * 0.04))))
    canvas.set_zoom(1.0)
    rows.append(("counters, all cards", *frames(lambda step: canvas.set_live(_live(count, step)), 20)))
    canvas.select_only([canvas.drawing.cards["n1"]])
    rows.append(("nudge", *frames(lambda step: canvas.nudge((16 if step % 2 else -16, 0)), 20)))
    canvas.close()
    canvas.deleteLater()
    QApplication.processEvents()
    return rows


def _live(count: int, step: int) -> dict[str, NodeLive]:
    return {f"n{index}": NodeLive("running", step * 3, step * 3, 0) for index in range(count)}


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as home:
        os.environ[paths.HOME_VARIABLE] = home
        application = QApplication.instance() or QApplication(sys.argv[:1])
        assert isinstance(application, QApplication)
        theme.apply(application)
        theme.set_mode(sys.argv[1] if len(sys.argv) > 1 else "light")
        measure(10)  # fonts and icons
        print(f"{'nodes':>5}  {'':24}{'median ms':>10}{'p95 ms':>9}")
        found = []
        for count in COUNTS:
            for name, median, worst in measure(count):
                print(f"{count:>5}  {name:24}{median:>10.1f}{worst:>9.1f}")
                if limit := LIMITS.get(name):
                    found.append(Figure(f"canvas of {count} nodes: {name}", median, "ms", limit))
        print()
        figures.tell(found)


if __name__ == "__main__":
    main()
