"""A figure that is not what it must be is seen, and so is a part that there isn't."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import commands
from tests.servers.recording_smtp import Recorded
from tests.stress import figures, run
from tests.stress.machine import judge, mail


def test_a_figure_beyond_its_bar_is_broken() -> None:
    assert figures.at_most("x", "lost", 0).ok
    assert not figures.at_most("x", "lost", 1).ok
    assert figures.at_least("x", "points", 400, 400).ok
    assert not figures.at_least("x", "points", 399, 400).ok
    assert "BROKEN" in figures.table([figures.at_most("x", "lost", 1)])


def test_figures_are_read_as_they_were_written(tmp_path: Path) -> None:
    some = [figures.at_most("x", "lost", 1), figures.told("x", "minutes", 2.5)]
    figures.write(tmp_path / "kept", some)
    assert figures.read(tmp_path / "kept") == some
    assert figures.read(tmp_path / "missing") == []


def test_an_unknown_part_is_named_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.stress(["nonsense"]) == 2
    said = capsys.readouterr().out
    assert "nonsense" in said
    assert all(name in said for name in run.PARTS)


def test_every_part_has_its_module_and_its_sample() -> None:
    here = Path(__file__).parent
    for name in run.PARTS:
        assert (here / f"stress_{name}.py").is_file()
        assert (here / f"test_{name}.py").is_file()


def arrived(number: int, *recipients: str) -> Recorded:
    return Recorded("bot@example.com", recipients, mail(number))


def test_the_judge_sees_what_is_lost_twice_strange_or_damaged() -> None:
    to = ("a", "b")
    assert judge([1, 2], to, [arrived(1, "a", "b"), arrived(2, "a"), arrived(2, "b")]).good
    assert judge([1, 2], to, [arrived(1, "a", "b"), arrived(2, "a")]).lost == ((2, "b"),)
    assert judge([1, 2], to, [arrived(1, "a", "b")], shown=[2]).good
    assert judge([1], to, [arrived(1, "a", "b"), arrived(1, "b")]).twice == ((1, "b"),)
    assert judge([1], to, [arrived(1, "a", "b"), arrived(7, "a")]).strange == 1
    cut = Recorded("bot@example.com", to, mail(1)[:-4])
    assert judge([1], to, [cut]).damaged == (1,)
    assert judge([1], to, [cut], whole=False).good
