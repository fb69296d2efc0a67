"""What the README says is true: its commands are commands, its flow is a flow without problems."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from mailflow_gui import cli
from mailflow_gui.cli.check import problems_in

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
_BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
_SHELL = "".join(re.sub(r"\\\n *", "", block) for language, block in _BLOCKS if not language)
_LINES = [line for line in _SHELL.splitlines() if line.startswith("mailflow ")]


@pytest.mark.usefixtures("home")
def test_the_flow_has_no_problems_but_its_missing_connections(tmp_path: Path) -> None:
    blocks = [block for language, block in _BLOCKS if language == "json"]
    assert len(blocks) == 1
    flow = tmp_path / "enquiries.mailflow"
    flow.write_text(blocks[0], encoding="utf-8")
    assert {problem.code for problem in problems_in(flow)} == {"binding-missing"}


@pytest.mark.parametrize("line", _LINES)
def test_every_command_is_one(line: str) -> None:
    command = line.split("  ", maxsplit=1)[0]  # what follows wide space explains it
    parsed = cli.parser().parse_args(shlex.split(command)[1:])
    assert callable(parsed.run)


def test_there_are_commands_to_try() -> None:
    assert len(_LINES) > 10
