"""Base64 that is known to be in lines."""

from __future__ import annotations


class Base64Lines(bytes):
    """Lines of base64 (RFC 2045 6.8) with CR LF between them and nowhere else; the last one has it or not.

    Whoever makes it has made sure: it goes on the wire without another look.
    """

    __slots__ = ()
