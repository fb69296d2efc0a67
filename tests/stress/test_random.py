"""A sample of the random kills; ``python -m tests stress random`` makes all of them."""

from __future__ import annotations

import pytest

from tests.servers.dovecot import MISSING, program
from tests.stress.stress_random import kills

pytestmark = pytest.mark.skipif(program() is None, reason=MISSING)


def test_kills_at_random_times_lose_and_repeat_nothing() -> None:
    tally = kills(12, 200)
    assert tally.faults == []
    assert tally.kills == 12
    assert (tally.lost, tally.twice, tally.hung, tally.beyond) == (0, 0, 0, 0)
