"""What everybody calls: it takes an address and gives proposals. What asks the network is loaded when it is first needed."""

from __future__ import annotations

import threading
from collections.abc import Callable

from mailflow_gui.accounts.detect import address as addresses
from mailflow_gui.accounts.detect.network import Network
from mailflow_gui.accounts.detect.values import Detected, Step

THREADS = 12
"""Questions at a time: enough for all usual names within the deadline, too few to look like an attack."""


def unwatched(_step: Step) -> None:
    """Nobody watches the steps."""


def detect(
    address: str,
    *,
    on_step: Callable[[Step], None] = unwatched,
    cancelled: threading.Event | None = None,
    network: Network | None = None,
) -> Detected:
    """Find the servers for a mail address, within about ten seconds. No password is known here, so none can be sent.

    A domain that our own table knows is asked nobody about; its servers are only called to see their certificates.

    :param on_step: called with each step of each source, in the caller's thread.
    :param cancelled: once set, what was found by then is returned at once, with ``cancelled``.
    :param network: where to ask; None: the world.
    :raises UsageError: ``detect-address-malformed``.
    """
    from mailflow_gui.accounts.detect.crew import Crew
    from mailflow_gui.accounts.detect.search import Search
    from mailflow_gui.accounts.detect.world import World

    parsed = addresses.parse(address)
    crew = Crew(THREADS)
    try:
        search = Search(parsed, World(network or Network(), crew), on_step)
        search.run(cancelled or threading.Event())
    finally:
        crew.stop()
    return search.detected()
