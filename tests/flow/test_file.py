from __future__ import annotations

import contextlib
import json
import os
import stat
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow_gui.errors import FlowFileError, NewerVersionError, StorageError
from mailflow_gui.flow import file
from mailflow_gui.flow.model import Edge, Flow, Node, Stub

FLOWS = Path(__file__).parents[1] / "flows"

_names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=3),
    max_leaves=8,
)
_numbers = st.integers(-9999, 9999) | st.floats(allow_nan=False, allow_infinity=False)
_flows = st.builds(
    Flow,
    name=_names,
    id=st.none() | st.uuids().map(str),
    connections=st.lists(
        st.builds(Stub, _names, _names, _names, _names, st.none() | st.integers(), st.none() | _names), max_size=2
    ).map(tuple),
    nodes=st.lists(
        st.builds(
            Node,
            _names,
            _names,
            st.dictionaries(_names, _json, max_size=4),
            st.none() | st.tuples(_numbers, _numbers),
            st.none() | _names,
            st.dictionaries(_names.map(lambda key: "x-" + key), _json, max_size=2),
        ),
        max_size=3,
    ).map(tuple),
    edges=st.lists(st.builds(Edge, _names, _names, _names, _names), max_size=3).map(tuple),
    properties=st.dictionaries(_names, _names | st.integers() | st.booleans(), max_size=2),
    extra=st.dictionaries(_names.map(lambda key: "x-" + key), _json, max_size=2),
)


@given(_flows)
def test_every_flow_comes_back_as_it_was_written(flow: Flow) -> None:
    assert file.loads(file.dumps(flow), "other") == flow


@given(_flows)
def test_writing_what_was_read_changes_nothing(flow: Flow) -> None:
    text = file.dumps(flow)
    assert file.dumps(file.loads(text, "other")) == text
    assert text.endswith("}\n")


@given(st.text(max_size=300) | _json.map(json.dumps))
def test_any_text_is_a_flow_or_a_flow_file_error(text: str) -> None:
    with contextlib.suppress(FlowFileError):
        file.loads(text, "any")


def test_the_example_of_version_1_is_read_whole() -> None:
    flow = file.read(FLOWS / "v1" / "forward-enquiries.mailflow")
    assert flow.name == "Forward enquiries"
    assert flow.id is None
    assert flow.connections[1] == Stub("outgoing", "Outgoing", "smtp", "smtp.example.com")
    assert flow.node("map").position == (260, 0)
    assert flow.node("receive").settings["delay"] == {"value": 5, "unit": "seconds"}
    assert flow.edges == (Edge("receive", "message", "map", "message"), Edge("map", "email", "send", "email"))


def test_unknown_types_and_keys_survive_load_and_save_byte_for_byte() -> None:
    path = FLOWS / "v1" / "unknown-things.mailflow"
    assert file.dumps(file.read(path)) == path.read_text(encoding="utf-8")


def test_the_version_comes_first_and_the_id_second() -> None:
    lines = file.dumps(Flow(name="n", id="an-id", extra={"a": 1})).splitlines()
    assert lines[1:3] == ['  "mailflow": 1,', '  "id": "an-id",']


def test_one_change_of_a_rule_is_one_changed_line() -> None:
    flow = file.read(FLOWS / "v1" / "forward-enquiries.mailflow")
    before = file.dumps(flow).splitlines()
    after = file.dumps(flow).replace("sales@example.com", "boss@example.com").splitlines()
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 1


def test_a_byte_order_mark_is_tolerated(tmp_path: Path) -> None:
    path = tmp_path / "marked.mailflow"
    path.write_bytes(b'\xef\xbb\xbf{"mailflow": 1}')
    assert file.read(path).name == "marked"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "flow-file-empty"),
        (b" \n\t ", "flow-file-empty"),
        (b"\xef\xbb\xbf", "flow-file-empty"),
        (b'{"mailflow": 1,}', "flow-file-not-json"),
        (b'{"mailflow": 1', "flow-file-not-json"),
        (b"\xff\xfe{\x00}\x00", "flow-file-not-utf8"),
        (b'{"mailflow": 1, "name": "a", "name": "b"}', "flow-file-duplicate-key"),
        (
            b'{"mailflow": 1, "nodes": [{"id": "a", "type": "t", "settings": {"to": 1, "to": 2}}]}',
            "flow-file-duplicate-key",
        ),
        (b"[" * 100_000, "flow-file-too-deep"),
        (b'{"mailflow": 1, "x": ' + b"[" * 200 + b"]" * 200 + b"}", "flow-file-too-deep"),
        (b'{"mailflow": 1, "x": NaN}', "flow-file-number"),
        (b'{"mailflow": 1, "x": 1e999}', "flow-file-number"),
        (b'{"mailflow": 1, "x": ' + b"9" * 5000 + b"}", "flow-file-number"),
        (b'{"mailflow": 1, "x": "\\ud800"}', "flow-file-broken-text"),
        (b"[1, 2]", "flow-file-not-mailflow"),
        (b'{"name": "no version"}', "flow-file-not-mailflow"),
        (b'{"mailflow": true}', "flow-file-not-mailflow"),
        (b'{"mailflow": "1"}', "flow-file-not-mailflow"),
        (b'{"mailflow": -1}', "flow-file-not-mailflow"),
        (b'{"mailflow": 1, "nodes": {}}', "flow-file-broken"),
        (b'{"mailflow": 1, "id": ""}', "flow-file-broken"),
        (b'{"mailflow": 2, "nodes": {}}', "flow-file-newer"),
        (b" " * (file.LARGEST + 1), "flow-file-too-large"),
    ],
)
def test_a_broken_file_is_one_clear_sentence_and_stays_as_it_is(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "broken.mailflow"
    path.write_bytes(content)
    with pytest.raises(FlowFileError) as caught:
        file.read(path)
    assert caught.value.code == code
    assert "?" not in str(caught.value)  # a missing argument reads as a question mark
    assert "broken" in str(caught.value)
    assert path.read_bytes() == content
    assert isinstance(caught.value, NewerVersionError) == (code == "flow-file-newer")


def test_a_json_fault_names_line_and_column() -> None:
    with pytest.raises(FlowFileError) as caught:
        file.loads('{"mailflow": 1,\n  "name": oops}', "f")
    assert (caught.value.arguments["line"], caught.value.arguments["column"]) == (2, 11)


def test_all_wrong_shapes_are_found_with_their_places() -> None:
    text = json.dumps(
        {
            "mailflow": 1,
            "properties": [],
            "connections": [{"name": "no id"}, {"id": "c", "port": "993"}],
            "nodes": [{"id": 5, "type": ""}, "node", {"id": "a", "type": "t", "settings": None, "position": [1, True]}],
            "edges": [{"from": ["a"], "to": ["b", ""]}],
        }
    )
    with pytest.raises(FlowFileError) as caught:
        file.loads(text, "f")
    assert {(problem.field, problem.code) for problem in caught.value.problems} == {
        ("properties", "value-not-object"),
        ("connections.0.id", "value-missing"),
        ("connections.1.port", "value-not-whole"),
        ("nodes.0.id", "value-not-text"),
        ("nodes.0.type", "value-empty"),
        ("nodes.1", "value-not-object"),
        ("nodes.2.settings", "value-not-object"),
        ("nodes.2.position", "value-not-position"),
        ("edges.0.from", "value-not-end"),
        ("edges.0.to", "value-not-end"),
    }


def test_a_missing_file_and_a_directory_are_said_so(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "none.mailflow", "flow-file-missing"), (tmp_path, "flow-file-unreadable")):
        with pytest.raises(FlowFileError) as caught:
            file.read(path)
        assert caught.value.code == code
        assert str(path) in str(caught.value)


def test_writing_keeps_permissions_links_and_leaves_no_draft(tmp_path: Path) -> None:
    target = tmp_path / "real.mailflow"
    target.write_text("old", encoding="utf-8")
    target.chmod(0o640)
    link = tmp_path / "link.mailflow"
    link.symlink_to(target)
    file.write(Flow(name="新しい"), link)
    assert link.is_symlink()
    assert file.read(target).name == "新しい"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert {path.name for path in tmp_path.iterdir()} == {"real.mailflow", "link.mailflow"}


def test_a_new_file_follows_the_umask(tmp_path: Path) -> None:
    previous = os.umask(0o027)
    try:
        file.write(Flow(name="n"), tmp_path / "n.mailflow")
    finally:
        os.umask(previous)
    assert stat.S_IMODE((tmp_path / "n.mailflow").stat().st_mode) == 0o640


def test_a_directory_that_is_missing_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        file.write(Flow(name="n"), tmp_path / "none" / "n.mailflow")
    assert caught.value.code == "flow-file-not-written"


def test_a_longest_possible_file_name_can_be_saved(tmp_path: Path) -> None:
    path = tmp_path / ("n" * (255 - len(file.EXTENSION)) + file.EXTENSION)
    file.write(Flow(name="n"), path)
    assert file.read(path).name == "n"


_WRITER = """
import resource, signal, sys
from pathlib import Path
from mailflow_gui.errors import StorageError
from mailflow_gui.flow import file
from mailflow_gui.flow.model import Flow
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    file.write(Flow(name="x" * 5000), Path(sys.argv[1]))
except StorageError as error:
    print(error.code)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits a file's size by setrlimit")
def test_no_room_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "kept.mailflow"
    path.write_text("the old one", encoding="utf-8")
    ran = subprocess.run([sys.executable, "-c", _WRITER, str(path)], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "flow-file-no-room"
    assert path.read_text(encoding="utf-8") == "the old one"
    assert list(tmp_path.iterdir()) == [path]


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A directory that a user without privileges can reach; root becomes such a user for the test."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        directory.chmod(0o755)
        yield directory


@pytest.mark.skipif(sys.platform == "win32", reason="permissions work differently there")
@pytest.mark.parametrize("directory_mode", [0o777, 0o555])
def test_no_right_to_write_is_a_storage_error(unprivileged: Path, directory_mode: int) -> None:
    path = unprivileged / "readonly.mailflow"
    path.write_text("the old one", encoding="utf-8")
    path.chmod(0o444 if directory_mode == 0o777 else 0o666)
    unprivileged.chmod(directory_mode)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        with pytest.raises(StorageError) as caught:
            file.write(Flow(name="n"), path)
    finally:
        if is_root:
            os.seteuid(0)
        unprivileged.chmod(0o755)
    assert caught.value.code == "flow-file-no-right"
    assert path.read_text(encoding="utf-8") == "the old one"


def test_an_id_is_made_once_and_kept() -> None:
    first = file.with_id(Flow(name="n"))
    assert first.id is not None
    assert uuid.UUID(first.id).version == 4
    assert file.with_id(first) == first
    assert file.with_id(Flow(name="n")).id != first.id
