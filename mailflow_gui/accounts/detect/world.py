"""What every source needs to ask: where, with which threads, and how long each question may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailflow_gui.accounts.detect.crew import Crew
    from mailflow_gui.accounts.detect.network import Network

# Ranks of questions: what may end the search soonest goes first.
CHECK, ASK, PROBE = 0.0, 1.0, 2.0


@dataclass(frozen=True)
class World:
    """The network, and who asks it."""

    network: Network
    crew: Crew

    @property
    def patience(self) -> float:
        """The most seconds for one look-up, one connection or one answer: so short that a second try finds time."""
        return self.network.seconds * 0.4
