"""An item with two mails: it counts and leaves memory when both have ended, and not while one is between dot and answer."""

from __future__ import annotations

import threading
from typing import Any

from tests.journeys.world import World, mail
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import RecordingSmtp


class Slow(RecordingSmtp):
    """Takes its time to answer the final dot."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = threading.Event()

    def hooked(self, verb: str, about: str) -> Any:
        if verb == "KEPT":
            self.go_on.wait(20)
        return super().hooked(verb, about)


def test_an_item_ends_only_when_the_slower_of_its_mails_has(
    world: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    world.add_imap(dovecot, user)
    world.add_smtp(recording_smtp.port)

    def both(document: dict[str, Any]) -> None:
        send = document["nodes"][2]
        document["nodes"].append({**send, "id": "slow", "settings": {**send["settings"], "connection": "slow"}})
        document["edges"].append({"from": ["map", "email"], "to": ["slow", "email"]})

    with Slow() as slow:
        world.add_smtp(slow.port, "Slow")
        flow = world.flow(change=both)
        dovecot.deliver(user, mail(1))
        process = world.start("run", flow, "--once", "--json")
        recording_smtp.wait_for(1)
        slow.wait_for(1)
        # The quick mail's "sent" is long in the journal; the item must not count as maybe sent meanwhile.
        threading.Timer(0.5, slow.go_on.set).start()
        ran = world.finish(process)
    assert (ran.code, ran.counts) == (0, (1, 1, 0, 0, 0)), ran.err
