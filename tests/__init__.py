"""Tests mirror the packages of ``mailflow_gui``; ``tests.servers`` holds real servers to test against."""
