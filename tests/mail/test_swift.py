"""Dataclasses that are made quickly are dataclasses all the same."""

from __future__ import annotations

import dataclasses
import inspect
from dataclasses import dataclass, field

import pytest

from mailflow_gui.mail.swift import swift


@dataclass(frozen=True)
class Usual:
    first: int
    second: str = "two"
    third: list[int] = field(default_factory=list)
    never: int | None = field(default=None, init=False)
    last: int = field(kw_only=True)


@swift
@dataclass(frozen=True)
class Quick:
    first: int
    second: str = "two"
    third: list[int] = field(default_factory=list)
    never: int | None = field(default=None, init=False)
    last: int = field(kw_only=True)


def test_values_and_defaults_are_the_same() -> None:
    assert dataclasses.asdict(Quick(1, last=4)) == dataclasses.asdict(Usual(1, last=4))
    assert dataclasses.asdict(Quick(1, "b", [3], last=4)) == dataclasses.asdict(Usual(1, "b", [3], last=4))
    assert Quick(1, last=4).third is not Quick(1, last=4).third


def test_its_parameters_are_the_same() -> None:
    usual, quick = inspect.signature(Usual).parameters, inspect.signature(Quick).parameters
    assert {name: one.kind for name, one in quick.items()} == {name: one.kind for name, one in usual.items()}
    assert Quick.__init__.__qualname__ == "Quick.__init__"


def test_it_is_frozen_compared_and_replaced_as_ever() -> None:
    quick = Quick(1, last=4)
    with pytest.raises(dataclasses.FrozenInstanceError):
        quick.first = 2  # type: ignore[misc]  # that it is refused is the point
    assert dataclasses.replace(quick, first=2) == Quick(2, last=4)
    assert repr(quick) == repr(Usual(1, last=4)).replace("Usual", "Quick")
    with pytest.raises(TypeError):
        Quick(last=4)  # type: ignore[call-arg]  # that it is refused is the point
