"""One search: all sources are asked at once, and their answers put in order.

Each source has a thread of its own that waits for its questions; the questions are asked by a crew of a few more. All that is found
comes together in the caller's thread.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from mailflow_gui.accounts.detect import autoconfig, lookups, probe, srv, table
from mailflow_gui.accounts.detect.found import Answer, Tried
from mailflow_gui.accounts.detect.order import Place, complete, in_order, place_of
from mailflow_gui.accounts.detect.trying import try_server
from mailflow_gui.accounts.detect.values import SOURCES, Detected, Note, Proposal, Source, State, Step
from mailflow_gui.accounts.detect.world import CHECK, World
from mailflow_gui.language import _

if TYPE_CHECKING:
    from mailflow_gui.accounts.detect.address import MailAddress

_POLL = 0.05
"""Seconds between two looks at ``cancelled``."""


@dataclass(frozen=True)
class _Ended:
    """A source is through."""

    source: Source
    answer: Answer


@dataclass(frozen=True)
class _Found:
    """A source that goes on has found something already."""

    source: Source
    proposal: Proposal


@dataclass(frozen=True)
class _Checked:
    """A proposed server was called."""

    place: Place
    tried: Tried


_Said = _Ended | _Found | _Checked | BaseException


class Search:
    """One search. All but the sources' own threads happens in the caller's."""

    def __init__(self, address: MailAddress, world: World, on_step: Callable[[Step], None]) -> None:
        self.address = address
        self.world = world
        self.said: queue.SimpleQueue[_Said] = queue.SimpleQueue()
        self.steps: dict[Source, Step] = {}
        self.ended: dict[Source, Answer] = {}
        self.found: dict[Source, list[Proposal]] = {source: [] for source in SOURCES}
        self.tried: dict[Place, Tried] = {}
        self.being_tried: set[Place] = set()
        self.cancelled = False
        self._on_step = on_step

    def run(self, cancelled: threading.Event) -> None:
        """Ask, until enough is known, time is up, or nobody wants to know any more."""
        deadline = time.monotonic() + self.world.network.seconds
        self._begin()
        while not self._enough():
            self.cancelled = cancelled.is_set()
            left = deadline - time.monotonic()
            if self.cancelled or left <= 0:
                break
            try:
                said = self.said.get(timeout=min(_POLL, left))
            except queue.Empty:
                continue
            self._hear(said)
        self._finish()

    def detected(self) -> Detected:
        """All that is known now."""
        proposals = in_order(self._checked(source) for source in self._needed())
        offline = not self.cancelled and not any(self._reached())
        code = "detect-found" if proposals else "detect-nothing"
        if self.cancelled or offline:
            code = "detect-cancelled" if self.cancelled else "detect-offline"
        return Detected(
            address=self.address.written,
            domain=self.address.domain,
            provider=next((answer.provider for answer in self._answers() if answer.provider), None),
            proposals=proposals,
            steps=tuple(self.steps[source] for source in SOURCES),
            outcome=Note(code, {"domain": self.address.domain}),
            offline=offline,
            cancelled=self.cancelled,
        )

    def _begin(self) -> None:
        self._step("table", "asking")
        known = table.by_domain(self.address)
        if known.proposals:
            self._hear(_Ended("table", known))
            return
        address, world = self.address, self.world
        exchangers = world.crew.give(CHECK, partial(lookups.mail_exchangers, address.domain, world))
        self._start("table", partial(table.by_receiver, address, world, exchangers))
        self._start("autoconfig", partial(autoconfig.ask, address, world, exchangers))
        self._start("srv", partial(srv.ask, address, world))
        self._start(
            "probe", partial(probe.ask, address, world, lambda proposal: self.said.put(_Found("probe", proposal)))
        )

    def _start(self, source: Source, ask: Callable[[], Answer]) -> None:
        def work() -> None:
            try:
                self.said.put(_Ended(source, ask()))
            except CancelledError:
                pass  # the search is over, nobody listens
            except BaseException as error:  # noqa: BLE001  # carried to the caller's thread
                self.said.put(error)

        if source not in self.steps:
            self._step(source, "asking")
        threading.Thread(target=work, name=f"detect-{source}", daemon=True).start()

    def _hear(self, said: _Said) -> None:
        match said:
            case _Found():
                self.found[said.source].append(said.proposal)
            case _Checked():
                self.tried[said.place] = said.tried
                self.being_tried.discard(said.place)
            case _Ended():
                self.ended[said.source] = said.answer
                self.found[said.source] = list(said.answer.proposals)
                self._end_step(said.source, said.answer)
                self._check(said.answer.proposals)
            case _:
                raise said

    def _check(self, proposals: Iterable[Proposal]) -> None:
        """Have proposed servers called, but for those that were found by calling them."""
        for proposal in proposals:
            place = place_of(proposal)
            if not proposal.verified and place not in self.being_tried and place not in self.tried:
                self.being_tried.add(place)
                self.world.crew.give(CHECK, partial(self._try, proposal))

    def _try(self, proposal: Proposal) -> None:
        try:
            self.said.put(_Checked(place_of(proposal), try_server(proposal, self.world)))
        except CancelledError:
            pass
        except BaseException as error:  # noqa: BLE001  # carried to the caller's thread
            self.said.put(error)

    def _enough(self) -> bool:
        """Whether no answer that is still to come could change the best ones."""
        needed = self._needed()
        return all(source in self.ended for source in needed) and not self.being_tried

    def _needed(self) -> list[Source]:
        """The sources down to the one with which everything is known: they count more than those behind them.

        What others say is known once the server has proved it; until then it may be out of date, or forged.
        """
        needed: list[Source] = []
        together: list[Proposal] = []
        for source in SOURCES:
            needed.append(source)
            together += [each for each in self._checked(source) if each.verified or source == "table"]
            if source in self.ended and complete(together):
                break
        return needed

    def _checked(self, source: Source) -> list[Proposal]:
        tried = [(each, self.tried.get(place_of(each))) for each in self.found[source]]
        found = [each if seen is None else seen.on(each) for each, seen in tried]
        return sorted(found, key=probe.likelihood) if source == "probe" else found

    def _answers(self) -> Iterable[Answer]:
        return (self.ended[source] for source in SOURCES if source in self.ended)

    def _reached(self) -> Iterable[bool]:
        yield from (answer.answered for answer in self._answers())
        yield from (tried.answered for tried in self.tried.values())
        yield any(proposal.verified for proposals in self.found.values() for proposal in proposals)

    def _finish(self) -> None:
        """Say of each source that isn't through what became of it."""
        needed = self._needed()
        for source in SOURCES:
            if source in self.ended:
                continue
            if self.found[source]:
                self._end_step(source, Answer(tuple(self.found[source])))
            elif source not in needed:
                self._step(source, "nothing", "detect-not-needed")
            elif self.cancelled:
                self._step(source, "failed", "detect-cancelled")
            else:
                self._step(source, "failed", reason=_("No answer came in time."))

    def _end_step(self, source: Source, answer: Answer) -> None:
        if answer.proposals:
            hosts = ", ".join(dict.fromkeys(each.host for each in answer.proposals))
            origin, provider = answer.proposals[0].origin, answer.provider or answer.proposals[0].origin
            self._step(source, "found", hosts=hosts, origin=origin, provider=provider)
        elif answer.failure and not answer.answered:
            self._step(source, "failed", reason=answer.failure)
        else:
            self._step(source, "nothing")

    def _step(self, source: Source, state: State, code: str = "", **arguments: str) -> None:
        step = Step(source, state, code or f"detect-{source}-{state}", {"domain": self.address.domain, **arguments})
        self.steps[source] = step
        self._on_step(step)
