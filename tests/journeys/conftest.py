"""These tests run whole flows."""

from tests.journeys.world import forwarding, world

__all__ = ["forwarding", "world"]
