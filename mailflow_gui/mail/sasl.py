"""Signing in with a password: SASL mechanisms PLAIN (RFC 4616), LOGIN (a draft that everybody speaks), CRAM-MD5 (RFC
2195)."""

from __future__ import annotations

import hmac
from collections.abc import Iterable

PREFERRED = ("PLAIN", "LOGIN", "CRAM-MD5")
"""On a secure line: the simplest first, it is the one that servers test."""
PREFERRED_IN_CLEAR = ("CRAM-MD5", "PLAIN", "LOGIN")
"""Without TLS: first the one that doesn't show the password."""


def choose(offered: Iterable[str], *, secure: bool) -> tuple[str, ...]:
    """The offered mechanisms that we speak, best first."""
    known = {name.upper() for name in offered}
    return tuple(name for name in (PREFERRED if secure else PREFERRED_IN_CLEAR) if name in known)


def initial(mechanism: str, username: str, password: str) -> bytes | None:
    """What the client says first, or None where the server begins. Neither value may hold a NUL."""
    if mechanism == "PLAIN":
        return f"\0{username}\0{password}".encode()
    return None


def answer(mechanism: str, username: str, password: str, challenge: bytes, number: int) -> bytes | None:
    """The answer to the server's ``number``-th challenge (from 0), or None if no more was to be asked."""
    if mechanism == "PLAIN" and number == 0:
        return initial(mechanism, username, password)
    if mechanism == "LOGIN" and number < 2:
        return (username if number == 0 else password).encode()
    if mechanism == "CRAM-MD5" and number == 0:
        return f"{username} {hmac.new(password.encode(), challenge, 'md5').hexdigest()}".encode()
    return None
