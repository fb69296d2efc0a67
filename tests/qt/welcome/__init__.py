"""Tests of the window's welcome."""
