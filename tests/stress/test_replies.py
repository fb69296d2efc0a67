"""Answers in the mail server's threads, and one circle; ``python -m tests stress replies`` tries all of them."""

from __future__ import annotations

import random

import pytest

from tests.servers.dovecot import MISSING, program
from tests.stress.stress_replies import CIRCLES, ROUNDS, SHAPES, replies

pytestmark = pytest.mark.skipif(program() is None, reason=MISSING)


def test_answers_stand_under_their_parents_and_flows_do_not_answer_in_circles() -> None:
    tally = replies(random.sample(CIRCLES, 1))
    assert tally.faults == []
    assert tally.under == tally.answers == len(SHAPES) * ROUNDS
