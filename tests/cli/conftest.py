"""Whole flows for the tests of commands."""

from tests.journeys.world import forwarding, world

__all__ = ["forwarding", "world"]
