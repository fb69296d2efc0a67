"""Measurements: plain scripts, run by hand."""
