"""A sample of the faults; ``python -m tests stress faults`` makes all of them."""

from __future__ import annotations

import random

import pytest

from tests.servers.dovecot import MISSING, program
from tests.stress.stress_faults import faults

pytestmark = pytest.mark.skipif(program() is None, reason=MISSING)


def test_faults_of_the_line_lose_and_repeat_nothing() -> None:
    tally = faults(every=29, first=random.randrange(29))
    assert tally.faults == []
    assert tally.fired.total() >= 15
    assert (tally.lost, tally.twice, tally.hung) == (0, 0, 0)
