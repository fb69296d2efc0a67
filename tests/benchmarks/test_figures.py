"""The table that ``python3 -m tests bench`` ends with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import figures, running
from tests.benchmarks.figures import Figure

LATE = Figure("window: late", 40, "ms", 30)
FAST = Figure("engine: as many times", 7.5, "×", 6, at_least=True)
PLAIN = Figure("engine: mails a second", 1900.4, "/s")


def test_a_target_is_a_limit_above_or_below() -> None:
    assert [one.met for one in (LATE, FAST, PLAIN)] == [False, True, None]


def test_the_table_says_which_targets_are_missed() -> None:
    late, fast, plain = figures.table([LATE, FAST, PLAIN]).splitlines()[1:]
    assert late.split()[-4:] == ["ms", "≤", "30", "MISSED"]
    assert fast.split()[-4:] == ["×", "≥", "6", "met"]
    assert plain.endswith("1900 /s")


def test_what_one_process_tells_another_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(figures.FILE_VARIABLE, str(tmp_path / "kept"))
    figures.tell([LATE])
    figures.tell([FAST, PLAIN])
    assert figures.read(tmp_path / "kept") == [LATE, FAST, PLAIN]
    assert "MISSED" in capsys.readouterr().out


def test_an_unknown_benchmark_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert running.bench(["nothing"]) == 2
    assert "nothing" in capsys.readouterr().out
