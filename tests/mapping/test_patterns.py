from __future__ import annotations

import pytest

from mailflow_gui.errors import MappingError
from mailflow_gui.mapping import patterns


def test_very_many_matches_end_with_an_error_when_their_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "_SECONDS", -1.0)
    with pytest.raises(MappingError) as raised:
        patterns.replaced("aaaa", patterns.compiled("a[^b]*b|a"), "x", expand=False)
    assert raised.value.code == "mapping-pattern-too-slow"


def test_a_pattern_that_is_too_long_is_refused() -> None:
    with pytest.raises(MappingError) as raised:
        patterns.compiled("a" * (patterns.PATTERN_LIMIT + 1))
    assert raised.value.code == "mapping-bad-pattern"


@pytest.mark.parametrize("pattern", [r"(a)\1", "(?=a)", "(?<!a)b", "a{1001}", "((a{500}){500})", "[", "\ud800"])
def test_what_the_engine_can_not_do_in_linear_time_is_no_pattern(pattern: str) -> None:
    with pytest.raises(MappingError) as raised:
        patterns.compiled(pattern)
    assert raised.value.code == "mapping-bad-pattern"


def test_a_name_pattern_fits_the_whole_name_only() -> None:
    assert patterns.glob("*.PDF").found("見積書.pdf")
    assert not patterns.glob("*.pdf").found("offer.pdf.exe")
    assert not patterns.glob("offer.pdf").found("offer.pdf\n")
    assert patterns.glob("a?c*").found("a\nc")
    assert not patterns.glob("a.c").found("abc")


def test_a_literal_is_found_as_it_stands() -> None:
    assert patterns.literal("a.b", match_case=False).found("xA.B")
    assert not patterns.literal("a.b").found("axb")
