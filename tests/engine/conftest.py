"""What these tests share: whole flows, or a sending side alone."""

from collections.abc import Iterator

import pytest

from mailflow_gui.paths import Home
from tests.engine.post import Post, Watching, post_office
from tests.journeys.world import forwarding, world

__all__ = ["forwarding", "world"]


@pytest.fixture
def server() -> Iterator[Watching]:
    """An SMTP server that looks into the journal at each dot."""
    with Watching() as watching:
        yield watching


@pytest.fixture
def post(home: Home, server: Watching) -> Iterator[Post]:
    """A sending side with a journal of its own."""
    with post_office(home, server) as opened:
        yield opened
    assert not server.broken
