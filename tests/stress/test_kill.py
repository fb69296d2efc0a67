"""A sample of the kills; ``python -m tests stress kill`` makes all of them."""

from __future__ import annotations

import random

import pytest

from tests.servers.dovecot import MISSING, program
from tests.stress.stress_kill import WAYS, kills

pytestmark = pytest.mark.skipif(program() is None, reason=MISSING)


def test_kills_at_boundaries_of_the_journal_lose_and_repeat_nothing() -> None:
    ways = random.sample(WAYS, 3)
    tally = kills(ways, every=12, first=random.randrange(12))
    assert tally.faults == []
    assert tally.fired >= 9
    assert (tally.lost, tally.twice, tally.hung) == (0, 0, 0)
