"""Looking for a password where it must not be: in files, processes and what was printed, in every form that it may take on its way."""

from __future__ import annotations

import base64
import json
import os
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

_SHORTEST = 6
"""Bytes; a shorter form stands somewhere by chance."""


def forms(secret: str) -> dict[str, bytes]:
    """How a secret may look, by name. Base64 is looked for in each of its three alignments, so that it is found in the middle of
    what a sign-in encodes (RFC 4616: user, NUL, password) whatever the user is called."""
    raw = secret.encode()
    found = {
        "plain": raw,
        "UTF-16": secret.encode("utf-16-le"),
        "Latin-1": secret.encode("latin-1", "replace"),
        "hexadecimal": raw.hex().encode(),
        "HEXADECIMAL": raw.hex().upper().encode(),
        "quoted for a URL": urllib.parse.quote(secret, safe="").encode(),
        "quoted for a form": urllib.parse.quote_plus(secret).encode(),
        "quoted for a path": urllib.parse.quote(secret).encode(),
        "JSON": json.dumps(secret)[1:-1].encode(),
        "Python": repr(secret)[1:-1].encode(),
        "Python's bytes": repr(raw)[2:-1].encode(),
        "backwards": secret[::-1].encode(),
        "IMAP's quoted string": secret.replace("\\", "\\\\").replace('"', '\\"').encode(),
        "modified UTF-7": modified_utf7(secret),
    }
    for shift in range(3):
        for alphabet, encode in (("Base64", base64.b64encode), ("Base64 for URLs", base64.urlsafe_b64encode)):
            encoded = encode(b"\0" * shift + raw)
            # What depends on the bytes before and after it is left out.
            found[f"{alphabet}, {shift}"] = encoded[-(-shift * 8 // 6) : (shift + len(raw)) * 8 // 6]
    for name in [name for name in found if "URL" in name or "form" in name or "path" in name]:
        found[name + ", small letters"] = _small_escapes(found[name])
    assert all(len(form) >= _SHORTEST for form in found.values())
    return found


def modified_utf7(text: str) -> bytes:
    """RFC 3501 5.1.3, as names of IMAP folders are written."""
    written, foreign = bytearray(), ""
    for letter in (*text, ""):
        if letter and not " " <= letter <= "~":
            foreign += letter
            continue
        if foreign:
            encoded = base64.b64encode(foreign.encode("utf-16-be")).rstrip(b"=").replace(b"/", b",")
            written += b"&" + encoded + b"-"
            foreign = ""
        written += b"&-" if letter == "&" else letter.encode()
    return bytes(written)


def leaks(secrets: Iterable[str], places: Iterable[tuple[str, bytes]]) -> list[str]:
    """Where a secret stands, and in which form."""
    wanted = [(number, name, form) for number, secret in enumerate(secrets) for name, form in forms(secret).items()]
    return [
        f"secret {number} in {place} ({name})"
        for place, content in places
        for number, name, form in wanted
        if form in content
    ]


def files(*directories: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below, with its name; also names may tell."""
    for directory in directories:
        for path in sorted(directory.rglob("*")):
            yield f"the name of {path}", os.fsencode(path)
            if path.is_symlink():
                yield f"the link {path}", os.fsencode(path.readlink())
            elif path.is_file():
                yield str(path), path.read_bytes()


def family(pid: int) -> list[int]:
    """A process and all that it has started and that still run."""
    found = [pid]
    for each in found:
        for children in Path("/proc", str(each), "task").glob("*/children"):
            try:
                found += [int(child) for child in children.read_text(encoding="ascii").split()]
            except OSError:  # it has just ended
                continue
    return found


def processes(pids: Iterable[int], given: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Command lines and environments, but for the variables that the user has set."""
    for pid in pids:
        directory = Path("/proc", str(pid))
        try:
            command, environment = (directory.joinpath(name).read_bytes() for name in ("cmdline", "environ"))
        except OSError:  # it has just ended
            continue
        yield f"the command line of {pid}", command
        for each in environment.split(b"\0"):
            if each not in {f"{name}={value}".encode() for name, value in given.items()}:
                yield f"the environment of {pid}", each


def core_limit(pid: int) -> tuple[str, str]:
    """How large a core file of a process may become, now and at most."""
    for line in Path("/proc", str(pid), "limits").read_text(encoding="ascii").splitlines():
        if line.startswith("Max core file size"):
            soft, hard, *_unit = line.removeprefix("Max core file size").split()
            return soft, hard
    raise LookupError("Max core file size")


def _small_escapes(text: bytes) -> bytes:
    parts = text.split(b"%")
    return b"%".join([parts[0], *(part[:2].lower() + part[2:] for part in parts[1:])])
