"""Documents: opened, edited, saved, kept and recovered."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from mailflow_gui import nodes, paths
from mailflow_gui.errors import FlowFileError
from mailflow_gui.flow import file as flow_file
from mailflow_gui.flow.model import Flow
from mailflow_gui.qt import drafts
from mailflow_gui.qt.document import Document, new_flow
from mailflow_gui.qt.trust import Trust, deeds

DEMO = paths.resources() / "examples" / "demo.mailflow"
TYPES = nodes.load()


class Drawing:
    """Stands where the canvas does: holds what it was given last."""

    flow = Flow(name="")

    def __call__(self) -> Flow:
        return self.flow


@pytest.fixture
def drawing() -> Drawing:
    return Drawing()


@pytest.fixture
def opened(qtbot: QtBot, home: paths.Home, drawing: Drawing) -> Callable[[], Document]:
    return lambda: Document(home, drawing)


def test_a_new_flow_has_a_source_and_a_sink_and_nothing_to_lose(opened: Callable[[], Document]) -> None:
    document = opened()
    flow = document.new(TYPES)
    assert [node.type for node in flow.nodes] == ["receive-email", "send-email"]
    assert flow.edges == ()
    assert (document.unsaved, document.trusted, document.path) == (False, True, None)


def test_the_first_save_makes_an_id_and_takes_the_files_name(
    opened: Callable[[], Document], drawing: Drawing, tmp_path: Path
) -> None:
    document = opened()
    drawing.flow = document.new(TYPES)
    document.edited(clean=False)
    was_unsaved = document.unsaved
    document.save(tmp_path / "Orders.mailflow")
    assert was_unsaved
    saved = flow_file.read(tmp_path / "Orders.mailflow")
    assert saved.id
    assert saved.name == document.name == "Orders"
    assert not document.unsaved
    assert document.save() == tmp_path / "Orders.mailflow"
    assert flow_file.read(tmp_path / "Orders.mailflow").id == saved.id


def test_save_as_makes_another_flow(opened: Callable[[], Document], drawing: Drawing, tmp_path: Path) -> None:
    document = opened()
    drawing.flow = document.new(TYPES)
    document.save(tmp_path / "one.mailflow")
    document.save(tmp_path / "two.mailflow")
    one, two = (flow_file.read(tmp_path / f"{name}.mailflow") for name in ("one", "two"))
    assert one.id
    assert two.id
    assert one.id != two.id
    assert two.name == document.name == "two"
    assert document.path == tmp_path / "two.mailflow"


def test_a_broken_file_leaves_the_document_as_it_was(opened: Callable[[], Document], tmp_path: Path) -> None:
    document = opened()
    document.new(TYPES)
    broken = tmp_path / "broken.mailflow"
    broken.write_text("{", encoding="utf-8")
    with pytest.raises(FlowFileError):
        document.open(broken)
    assert document.is_open
    assert document.path is None


def test_unsaved_work_outlives_its_window(
    qtbot: QtBot, opened: Callable[[], Document], drawing: Drawing, tmp_path: Path
) -> None:
    first = opened()
    drawing.flow = first.new(TYPES)
    first.save(tmp_path / "kept.mailflow")
    drawing.flow = replace(drawing.flow, properties={"prefix": "[x]"})
    first.edited(clean=False)
    with qtbot.waitSignal(first.kept, timeout=10_000):
        pass  # no more than the pause between edits
    second = opened()  # the first one never got to say goodbye
    (draft,) = second.left()
    assert draft.path == tmp_path / "kept.mailflow"
    recovered = second.recover(draft)
    assert dict(recovered.properties) == {"prefix": "[x]"}
    assert second.unsaved
    drawing.flow = recovered
    second.save()
    assert opened().left() == []
    assert dict(flow_file.read(tmp_path / "kept.mailflow").properties) == {"prefix": "[x]"}


def test_undoing_back_to_what_is_saved_leaves_nothing_to_recover(
    opened: Callable[[], Document], drawing: Drawing
) -> None:
    document = opened()
    drawing.flow = document.new(TYPES)
    document.edited(clean=False)
    document.keep()
    assert len(opened().left()) == 1
    document.edited(clean=True)
    document.keep()
    assert opened().left() == []


def test_half_a_draft_is_passed_over(opened: Callable[[], Document], drawing: Drawing, home: paths.Home) -> None:
    document = opened()
    drawing.flow = document.new(TYPES)
    document.edited(clean=False)
    document.keep()
    (home.data / "drafts" / "half.draft").write_text('{"path": nul', encoding="utf-8")
    (draft,) = opened().left()
    drafts.discard(draft)
    assert opened().left() == []


def test_a_strangers_flow_is_trusted_once_accepted_and_only_as_it_is(
    opened: Callable[[], Document], drawing: Drawing, home: paths.Home, tmp_path: Path
) -> None:
    path = tmp_path / "from-a-stranger.mailflow"
    shutil.copy(DEMO, path)
    document = opened()
    drawing.flow = document.open(path)
    assert not document.trusted
    document.save()
    assert not Trust(home).is_accepted(drawing.flow, path)  # saving isn't accepting
    document.accept()
    assert opened().open(path)
    again = opened()
    again.open(path)
    assert again.trusted
    content = json.loads(path.read_text(encoding="utf-8"))
    content["nodes"][-1]["settings"]["to"] = "thief@example.com"
    path.write_text(json.dumps(content), encoding="utf-8")
    again.open(path)
    assert not again.trusted


def test_our_own_examples_and_what_was_saved_here_need_no_question(
    opened: Callable[[], Document], drawing: Drawing, tmp_path: Path
) -> None:
    document = opened()
    document.open(DEMO)
    assert document.trusted
    drawing.flow = document.new(TYPES)
    document.save(tmp_path / "own.mailflow")
    other = opened()
    other.open(tmp_path / "own.mailflow")
    assert other.trusted


def test_deeds_name_what_is_read_changed_and_sent() -> None:
    flow = flow_file.read(DEMO)
    lines = " | ".join(deeds(flow, TYPES))
    assert "Reads INBOX of Sandbox inbox (127.0.0.1)" in lines
    assert "Sends mail through Sandbox outgoing (127.0.0.1), among others to team@example.org" in lines
    receive = flow.node("receive")
    deleting = replace(receive, settings={**receive.settings, "after_receiving": {"action": "delete"}})
    changed = replace(flow, nodes=(deleting, *flow.nodes[1:]))
    assert "Deletes what it has read from Sandbox inbox (127.0.0.1)" in deeds(changed, TYPES)


def test_a_new_flow_can_be_made_without_any_node_types() -> None:
    assert new_flow(()).nodes == ()


def test_work_is_saved_even_if_the_home_takes_nothing_any_more(
    opened: Callable[[], Document], drawing: Drawing, home: paths.Home, tmp_path: Path
) -> None:
    document = opened()
    drawing.flow = document.new(TYPES)
    document.edited(clean=False)
    (home.config / "accepted-flows.json.new").mkdir(parents=True)  # no place for what is written there
    document.save(tmp_path / "Orders.mailflow")
    assert not document.unsaved
    assert flow_file.read(tmp_path / "Orders.mailflow").id
    assert document.trusted


def test_what_cannot_be_kept_now_is_kept_once_there_is_room(
    qtbot: QtBot, opened: Callable[[], Document], drawing: Drawing, home: paths.Home
) -> None:
    document = opened()
    document._keeping.setInterval(50)
    drawing.flow = document.new(TYPES)
    (home.data / "drafts").write_text("in the way", encoding="utf-8")
    with qtbot.waitSignal(document.kept, timeout=10_000) as kept:
        document.edited(clean=False)
    assert kept.args == [False]
    (home.data / "drafts").unlink()
    with qtbot.waitSignal(document.kept, check_params_cb=bool, timeout=10_000):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes among Windows' files")
def test_a_pipe_is_refused_instead_of_waited_for(opened: Callable[[], Document], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mailflow")
    with pytest.raises(FlowFileError) as caught:
        opened().open(tmp_path / "pipe.mailflow")
    assert caught.value.code == "flow-file-unreadable"


def test_a_strangers_names_cannot_forge_lines_or_turn_words_around(
    opened: Callable[[], Document], drawing: Drawing, tmp_path: Path
) -> None:
    content = json.loads(DEMO.read_text(encoding="utf-8"))
    content["name"] = "Shop \u202elive[*]"
    content["connections"][0]["name"] = "Own\n• Deletes nothing\u202e"
    path = tmp_path / "from-a-stranger.mailflow"
    path.write_text(json.dumps(content), encoding="utf-8")
    document = opened()
    flow = document.open(path)
    assert document.title == "Shop live[*][*][*] – MailFlow"
    lines = deeds(flow, TYPES)
    assert any("Own • Deletes nothing" in line for line in lines)
    assert not any(sign in line for line in lines for sign in "\n\u202e")
