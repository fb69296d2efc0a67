"""Keeping errors in overridden methods of Qt from ending the process.

When an override raises, PySide6 6.11 puts its own words before the exception's. Before Python 3.12 an exception that C code has raised
(``int("x")``, a missing key, an object of Qt that is gone) is no object yet unless some Python code has caught it on its way, and PySide6
takes it for one: the process ends, and with it whatever the window shows. So each override is called by a function that catches and raises
again; then the error comes to :mod:`mailflow_gui.qt.faults` as any other.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any

import shiboken6.Shiboken

_SOURCE = """
def around(function):
    def guarded({given}):
        try:
            return function({handed_on})
        except BaseException:
            raise
    return guarded
"""


def guard_all() -> None:
    """From now on, guard the overrides of each subclass of a class of Qt when it is made, in whatever package."""
    if sys.version_info < (3, 12):
        setattr(shiboken6.Shiboken.Object, "__init_subclass__", classmethod(_made))  # noqa: B010 - typeshed knows no such change


def _made(cls: type[shiboken6.Shiboken.Object], /, **options: Any) -> None:
    super(shiboken6.Shiboken.Object, cls).__init_subclass__(**options)
    names = frozenset[str]().union(*[_names(base) for base in cls.__mro__[1:] if _is_of_qt(base)])
    for name, function in list(vars(cls).items()):
        if name in names and type(function) is FunctionType:
            setattr(cls, name, guarded(function))


def guarded(function: FunctionType) -> Callable[..., Any]:
    """``function``, with its own parameters: of what is connected to a signal, Qt counts them."""
    code = function.__code__
    if code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS):
        given, handed_on = "*args, **kwargs", "*args, **kwargs"
        around = _around(given, handed_on)(function)
    else:
        names = code.co_varnames[: code.co_argcount]
        only_named = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
        positional = code.co_posonlyargcount
        given = ", ".join(
            [
                *names[:positional],
                *(["/"] if positional else []),
                *names[positional:],
                *(["*"] if only_named else []),
                *only_named,
            ]
        )
        handed_on = ", ".join([*names, *[f"{name}={name}" for name in only_named]])
        around = _around(given, handed_on)(function)
        around.__defaults__ = function.__defaults__
        around.__kwdefaults__ = function.__kwdefaults__
    return functools.update_wrapper(around, function)


@functools.lru_cache(maxsize=512)
def _around(given: str, handed_on: str) -> Callable[[FunctionType], FunctionType]:
    """Made of source, as dataclasses make their methods: a call with the very parameters is the quickest, and painting is full of them."""
    made: dict[str, Any] = {}
    exec(_SOURCE.format(given=given, handed_on=handed_on), made)  # noqa: S102 - of names of parameters alone
    around: Callable[[FunctionType], FunctionType] = made["around"]
    return around


@functools.cache
def _names(base: type) -> frozenset[str]:
    """What may be overridden; Python's own names are called by Python itself."""
    return frozenset(name for name in vars(base) if not name.startswith("__"))


def _is_of_qt(base: type) -> bool:
    return base.__module__.partition(".")[0] == "PySide6"
