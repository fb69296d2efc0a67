"""Tests of accounts, secrets, sessions and Validate."""
