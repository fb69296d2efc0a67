"""Tests of the window's controls."""
