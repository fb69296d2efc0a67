"""Half an hour of the day; ``python -m tests stress day`` lives through eight."""

from __future__ import annotations

import pytest

from tests.servers.dovecot import MISSING, program
from tests.stress.stress_day import day

pytestmark = pytest.mark.skipif(program() is None, reason=MISSING)


def test_servers_that_come_and_go_lose_and_repeat_nothing() -> None:
    tally = day(0.5)
    assert tally.faults == []
    assert tally.lived
    assert tally.fired.total() >= 1
    assert (tally.lost, tally.twice, tally.left) == (0, 0, 0)
    assert tally.mails >= 5
