"""``mailflow preview``: what a flow would do, without a server or an account."""

from __future__ import annotations

import base64
import json
from email import message_from_bytes, policy
from pathlib import Path

from tests.journeys.world import World, mail


def flow(world: World) -> Path:
    world.stubs = [
        {"id": "inbox", "name": "Inbox", "protocol": "imap", "host": "imap.example.com"},
        {"id": "outgoing", "name": "Outgoing", "protocol": "smtp", "host": "smtp.example.com"},
    ]
    return world.flow()


def test_a_preview_shows_each_step_and_the_mail(world: World) -> None:
    file = world.directory / "one.eml"
    file.write_bytes(mail(1))
    ran = world.run("preview", flow(world), file, "--json")
    assert ran.code == 0, ran.err
    shown = ran.json
    assert shown["file"] == str(file)
    assert [(step["node"], step["outcome"], step["error"]) for step in shown["steps"]] == [
        ("receive", "passed", None),
        ("map", "passed", None),
        ("send", "passed", None),
    ]
    (sent,) = shown["sent"]
    assert (sent["subject"], sent["to"], sent["from"][0]["address"]) == (
        "[web] mail 0001",
        [{"name": "", "address": "sales@example.com"}],
        "bot@example.com",
    )
    raw = message_from_bytes(base64.b64decode(sent["raw"]), policy=policy.default)
    assert raw["Subject"] == "[web] mail 0001"
    assert raw.get_content().strip() == "Hello."
    assert not list(world.home.data.glob("journal*"))


def test_a_file_that_cannot_be_read_does_not_stop_the_others(world: World) -> None:
    file = world.directory / "one.eml"
    file.write_bytes(mail(1))
    ran = world.run("preview", flow(world), world.directory / "missing.eml", file, "--json")
    assert ran.code == 1
    missing, good = [json.loads(line) for line in ran.out.splitlines()]
    assert missing["error"]["code"]
    assert len(good["sent"]) == 1
    assert ran.err.strip()


def test_a_preview_is_laid_out_for_people(world: World) -> None:
    file = world.directory / "one.eml"
    file.write_bytes(mail(1))
    out = world.run("preview", flow(world), file).out
    assert "sales@example.com" in out
    assert "[web] mail 0001" in out
