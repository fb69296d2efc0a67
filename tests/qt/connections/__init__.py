"""Tests of the connections on screen."""
