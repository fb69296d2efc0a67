"""``mailflow demo --headless``: the whole product without any mail account."""

from __future__ import annotations

import json

from tests.journeys.world import World

COUNTS = ("received", "sent", "skipped", "failed", "uncertain")


def test_the_demo_sends_every_sample_and_a_second_run_finds_nothing_new(world: World) -> None:
    first = world.run("demo", "--headless", "--json")
    assert first.code == 0, first.err
    *delivered, summary = [json.loads(line) for line in first.out.splitlines()]
    assert [summary[name] for name in COUNTS] == [12, 12, 0, 0, 0]
    assert len(delivered) == 12
    assert all(each["delivered"]["subject"].startswith("[shop] ") for each in delivered)
    second = world.run("demo", "--headless", "--json")
    assert (second.code, len(second.out.splitlines())) == (0, 1)
    assert [second.json[name] for name in COUNTS] == [0, 0, 0, 0, 0]


def test_the_demo_tells_people_what_arrived(world: World) -> None:
    ran = world.run("demo", "--headless")
    assert ran.code == 0, ran.err
    assert ran.out.count("Delivered: ") == 12
    assert "12 messages received, 12 sent" in ran.out
