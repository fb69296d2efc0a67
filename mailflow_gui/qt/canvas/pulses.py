"""Live links: which badge a link shows, and the dots that run along it while items pass. One timer, at most ten frames a second."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QStyle

from mailflow_gui.flow.model import Edge
from mailflow_gui.qt.canvas.link import Badge, Link
from mailflow_gui.qt.canvas.live import IDLE, NodeLive
from mailflow_gui.qt.canvas.viewer import Viewer

FRAME = 100
"""Milliseconds between two frames: never more than ten a second."""

_STEPS = 10
"""Frames that a dot takes from end to end."""

_MOST_DOTS = 5
"""More items than this at once are shown by the number alone."""

_APART = 2
"""Frames between two dots that start together."""


class Pulses(QObject):
    """Moves dots along links; its timer runs only while something moves."""

    def __init__(self, viewer: Viewer, links: Mapping[Edge, Link]) -> None:
        super().__init__(viewer)
        self._viewer = viewer
        self._links = links
        self._dots: dict[Edge, list[int]] = {}
        """For each link, how many frames each dot is old; negative: it starts later."""
        self._badges: dict[Edge, Badge] = {}
        self.timer = QTimer(self)
        self.timer.setInterval(FRAME)
        self.timer.timeout.connect(self._frame)

    def show(self, before: Mapping[str, NodeLive], now: Mapping[str, NodeLive]) -> None:
        """The counters went from ``before`` to ``now``: what passed since runs along the links, what waits gets a badge."""
        self._badges = {}
        targets: set[str] = set()
        for edge in self._links:
            old, new = before.get(edge.target, IDLE), now.get(edge.target, IDLE)
            passed = self._passed(edge, before, now) if new.received > old.received else 0
            badge = _resting_badge(new) if edge.target not in targets else None
            if badge is not None:
                targets.add(edge.target)
            if passed:
                if passed <= _MOST_DOTS and self._moving():
                    self._dots.setdefault(edge, []).extend(-_APART * index for index in range(passed))
                badge = badge or Badge("passing", passed)
            if badge is not None:
                self._badges[edge] = badge
        self._paint()
        if self._dots and not self.timer.isActive():
            self.timer.start()

    def stop(self) -> None:
        """Nothing moves any more."""
        self.timer.stop()
        self._dots.clear()
        self._badges.clear()
        self._paint()

    def _passed(self, edge: Edge, before: Mapping[str, NodeLive], now: Mapping[str, NodeLive]) -> int:
        source = now.get(edge.source, IDLE).sent - before.get(edge.source, IDLE).sent
        target = now.get(edge.target, IDLE).received - before.get(edge.target, IDLE).received
        return max(0, min(source, target))

    def _moving(self) -> bool:
        """Whether motion is wanted: people who reduce it get the number alone."""
        return bool(self._viewer.style().styleHint(QStyle.StyleHint.SH_Widget_Animate, None, self._viewer))

    def _frame(self) -> None:
        for edge in list(self._dots):
            older = [age + 1 for age in self._dots[edge] if age + 1 < _STEPS]
            if older:
                self._dots[edge] = older
            else:
                del self._dots[edge]
                if self._badges.get(edge, Badge("waiting", 0)).kind == "passing":
                    del self._badges[edge]
        if not self._dots or not self._viewer.isVisible():
            self._dots.clear()
            self.timer.stop()
        self._paint()

    def _paint(self) -> None:
        seen = self._viewer.seen()
        for edge, link in self._links.items():
            ages = self._dots.get(edge)
            dots = tuple(age / _STEPS for age in ages if age > 0) if ages and not link.flat else ()
            if dots and not link.sceneBoundingRect().intersects(seen):
                dots = ()  # nobody sees them
            link.show_traffic(badge=self._badges.get(edge), pulses=dots)


def _resting_badge(live: NodeLive) -> Badge | None:
    """What waits before a node that has trouble, or what failed there."""
    if live.state not in {"failing", "held", "warning"}:
        return None
    waiting = live.received - live.sent - live.errors
    if waiting > 0:
        return Badge("waiting", waiting)
    return Badge("failed", live.errors) if live.errors and live.state == "failing" else None
