"""A sample of the scripts; ``python -m tests stress scripts`` plays all of them and tells what each comes to."""

from __future__ import annotations

import random

import pytest

from tests.servers.dovecot import MISSING, program
from tests.stress.scripts import IMAP, POP3, SCRIPTS, SMTP
from tests.stress.stories import STORIES
from tests.stress.stress_scripts import LEAST, plays

pytestmark = pytest.mark.skipif(program() is None, reason=MISSING)


def test_servers_that_misbehave_lose_and_repeat_nothing() -> None:
    chosen = [
        *random.sample(IMAP, 8),
        *random.sample(POP3, 5),
        *random.sample(SMTP, 8),
    ]
    stories = random.sample(range(len(STORIES)), 3)
    tally = plays(chosen, stories)
    assert tally.faults == []
    assert len(tally.came) == len(chosen)
    assert len(tally.stories) == len(stories)


def test_there_are_enough_scripts_and_each_has_a_name_of_its_own() -> None:
    names = [script.name for script in SCRIPTS]
    assert len(set(names)) == len(names) >= LEAST
