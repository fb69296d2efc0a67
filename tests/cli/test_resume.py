"""``mailflow connections resume``: what it takes and refuses. What it brings about stands in tests/journeys/test_errors.py."""

from __future__ import annotations

import pytest

from tests.journeys.world import World


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("Inbox",), 2),
        (("Inbox", "--existing", "perhaps"), 2),
        (("Inbox", "--existing", "skip"), 2),  # nobody waits for it
        (("Nobody", "--existing", "skip"), 3),
    ],
)
def test_what_cannot_be_answered_is_refused(forwarding: World, arguments: tuple[str, ...], code: int) -> None:
    ran = forwarding.run("connections", "resume", *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.strip()


def test_an_answer_waits_for_nobody_but_who_asks(forwarding: World) -> None:
    assert forwarding.once(forwarding.flow()).code == 0
    for path in forwarding.home.data.glob("journal*"):
        path.unlink()
    assert forwarding.run("connections", "resume", "Inbox", "--existing", "skip").code == 2
    assert forwarding.once(forwarding.flow()).code == 3
    ran = forwarding.run("connections", "resume", "inbox", "--existing", "skip")
    assert (ran.code, "Inbox" in ran.out) == (0, True)
    assert forwarding.once(forwarding.flow()).code == 0
