from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from mailflow_gui import paths
from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.cli import check, schema
from mailflow_gui.flow import file

GOOD = paths.resources() / "examples" / "demo.mailflow"


def mailflow(*words: str) -> int:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    check.add(commands)
    schema.add(commands)
    parsed = parser.parse_args(words)
    return int(parsed.run(parsed))


@pytest.fixture(autouse=True)
def connections(home: paths.Home) -> None:
    """The connections that the good flow names are set up on this machine."""
    accounts = AccountStore(home.accounts_file)
    for stub in file.read(GOOD).connections:
        port = {"imap": 143, "smtp": 25}[stub.protocol]
        accounts.add(Account(stub.id, stub.name, stub.protocol, stub.host, port, "none"))  # type: ignore[arg-type]  # the file names real protocols


def problems(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    (line,) = capsys.readouterr().out.splitlines()
    answer = json.loads(line)
    assert list(answer) == ["problems"]
    return list(answer["problems"])


def changed(tmp_path: Path, **settings: object) -> Path:
    document = json.loads(GOOD.read_text(encoding="utf-8"))
    document["nodes"][0]["settings"] |= settings
    path = tmp_path / "changed.mailflow"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_a_good_flow_has_no_problems_and_exits_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert mailflow("check", str(GOOD), "--json") == 0
    assert problems(capsys) == []
    assert mailflow("check", str(GOOD)) == 0
    assert capsys.readouterr().out == "No problems found.\n"


def test_an_error_exits_2_and_stands_at_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = changed(tmp_path, maximum_emails=0, folder=7)
    assert mailflow("check", str(path), "--json") == 2
    (found,) = problems(capsys)
    assert list(found) == ["severity", "code", "text", "node", "field"]
    assert (found["severity"], found["code"]) == ("error", "value-not-text")
    assert (found["node"], found["field"]) == ("receive", "folder")
    assert mailflow("check", str(path)) == 2
    assert capsys.readouterr().out.startswith("error: receive folder: ")


def test_zero_emails_is_a_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert mailflow("check", str(changed(tmp_path, maximum_emails=0)), "--json") == 2
    assert [found["field"] for found in problems(capsys)] == ["maximum_emails"]


def test_warnings_alone_exit_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(GOOD.read_text(encoding="utf-8"))
    del document["edges"][1]
    path = tmp_path / "warned.mailflow"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert mailflow("check", str(path), "--json") == 0
    assert {found["severity"] for found in problems(capsys)} == {"warning"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "flow-file-missing"),
        ("{", "flow-file-not-json"),
        ('{"mailflow": 99}', "flow-file-newer"),
        ('{"mailflow": 1, "nodes": 5}', "value-not-list"),
    ],
)
def test_an_unusable_file_is_a_problem_and_exits_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, code: str
) -> None:
    path = tmp_path / "unusable.mailflow"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    assert mailflow("check", str(path), "--json") == 2
    assert [(found["code"], found["severity"]) for found in problems(capsys)] == [(code, "error")]


def test_schema_prints_the_schema_of_flow_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert mailflow("schema") == 0
    assert json.loads(capsys.readouterr().out)["$schema"].endswith("2020-12/schema")


def test_a_connection_that_is_not_set_up_here_is_a_warning(
    home: paths.Home, capsys: pytest.CaptureFixture[str]
) -> None:
    home.accounts_file.unlink()
    assert mailflow("check", str(GOOD), "--json") == 0
    found = problems(capsys)
    assert {(problem["severity"], problem["code"]) for problem in found} == {("warning", "binding-missing")}
