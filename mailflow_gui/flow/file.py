"""Flow files: read with every fault named, written so that differences are small and nothing is ever half written."""

from __future__ import annotations

import contextlib
import errno
import json
import math
import os
import secrets
import stat
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from mailflow_gui.errors import FlowFileError, NewerVersionError, StorageError
from mailflow_gui.flow import migrations, shapes
from mailflow_gui.flow.layout import layout
from mailflow_gui.flow.model import FORMAT_VERSION, Flow
from mailflow_gui.flow.values import quoted

EXTENSION = ".mailflow"

LARGEST = 16 * 1024 * 1024
"""Bytes. A flow with a thousand nodes takes half a megabyte; more than this isn't a flow."""

DEEPEST = 100
"""Levels of nesting; a mapper's conditions are the deepest part that people write, and end long before."""

_NO_ROOM = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
_NO_RIGHT = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


class _DuplicateKeyError(ValueError):
    """A key stands twice in one object: JSON readers disagree about which counts, so neither does."""


class _NotFiniteError(ValueError):
    """NaN or a number beyond what a float holds."""


def read(path: Path) -> Flow:
    """The flow in a file.

    :raises FlowFileError: missing, not readable, not JSON, not a flow; NewerVersionError: made by a newer MailFlow.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except FileNotFoundError as error:
        raise FlowFileError("flow-file-missing", file=str(path)) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise FlowFileError("flow-file-unreadable", file=str(path), reason=_reason(error)) from error
    if len(raw) > LARGEST:
        raise FlowFileError("flow-file-too-large", file=str(path), megabytes=LARGEST // 1024 // 1024)
    try:
        text = raw.decode("utf-8-sig")  # editors on Windows put a byte order mark first
    except UnicodeDecodeError as error:
        raise FlowFileError("flow-file-not-utf8", file=str(path), offset=error.start) from error
    return loads(text, path.stem.encode("utf-8", "backslashreplace").decode("utf-8"))


def loads(text: str, name: str) -> Flow:
    """The flow in a text; ``name`` is the flow's if the text says none (the file's stem).

    :raises FlowFileError: not JSON, not a flow; NewerVersionError: made by a newer MailFlow.
    """
    document = _document(text.removeprefix("\ufeff"), name)
    version = document.get("mailflow")
    if not isinstance(version, int) or isinstance(version, bool) or version < 0:
        raise FlowFileError("flow-file-not-mailflow", file=quoted(name))
    if version > FORMAT_VERSION:
        raise NewerVersionError("flow-file-newer", file=quoted(name), version=version, known=FORMAT_VERSION)
    return shapes.flow_from(migrations.migrate(document, FORMAT_VERSION), name)


def _document(text: str, name: str) -> dict[str, Any]:
    if not text.strip():
        raise FlowFileError("flow-file-empty", file=quoted(name))
    try:
        document = json.loads(text, object_pairs_hook=_unique, parse_float=_finite, parse_constant=_refuse)
        _check_depth(document)
        json.dumps(document, ensure_ascii=False).encode()  # half a surrogate pair could never be written again
    except json.JSONDecodeError as error:
        raise FlowFileError(
            "flow-file-not-json", file=quoted(name), line=error.lineno, column=error.colno, reason=error.msg
        ) from error
    except _DuplicateKeyError as error:
        raise FlowFileError("flow-file-duplicate-key", file=quoted(name), key=quoted(str(error))) from error
    except RecursionError as error:
        raise FlowFileError("flow-file-too-deep", file=quoted(name), levels=DEEPEST) from error
    except UnicodeEncodeError as error:
        raise FlowFileError("flow-file-broken-text", file=quoted(name)) from error
    except ValueError as error:  # not finite, or an integer of thousands of digits
        raise FlowFileError("flow-file-number", file=quoted(name)) from error
    if not isinstance(document, dict):
        raise FlowFileError("flow-file-not-mailflow", file=quoted(name))
    return document


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _DuplicateKeyError(next(key for key in keys if keys.count(key) > 1))
    return found


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse(digits)


def _refuse(constant: str) -> NoReturn:
    raise _NotFiniteError(constant)


def _check_depth(document: object) -> None:
    level, depth = [document], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise RecursionError
        level = [
            child
            for value in level
            if isinstance(value, dict | list)
            for child in (value.values() if isinstance(value, dict) else value)
        ]


def dumps(flow: Flow) -> str:
    """The flow as the text of a file of this version: fixed key order, two spaces, newline at the end."""
    return layout(shapes.document_of(flow))


def with_id(flow: Flow) -> Flow:
    """The flow with an id: its own, or a new one for its first save (and for Save As: give the flow without its id)."""
    return flow if flow.id else replace(flow, id=str(uuid.uuid4()))


def write(flow: Flow, path: Path) -> None:
    """Put the flow into a file, whole or not at all; an existing file keeps its permissions, a symbolic link its target.

    :raises StorageError: no room or no right to write there; the old file, if any, is as it was.
    """
    try:
        _replace(path.resolve(), dumps(flow).encode())
    except (OSError, ValueError) as error:
        number = error.errno if isinstance(error, OSError) else None
        code = (
            "flow-file-no-room"
            if number in _NO_ROOM
            else "flow-file-no-right"
            if number in _NO_RIGHT
            else "flow-file-not-written"
        )
        raise StorageError(code, file=str(path), reason=_reason(error)) from error


def _replace(target: Path, content: bytes) -> None:
    if target.exists():
        with target.open("r+b"):  # a rename would quietly replace a file that somebody made read-only
            pass
    draft = target.with_name(
        f".{secrets.token_hex(6)}.saving"
    )  # short: the target's own name may be as long as names can be
    with _removed_after_failure(draft):
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            draft.chmod(stat.S_IMODE(target.stat().st_mode))
        draft.replace(target)
    _sync_directory(target.parent)


@contextlib.contextmanager
def _removed_after_failure(draft: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _sync_directory(directory: Path) -> None:
    """Make the rename itself last through a power cut. Windows can't open directories; NTFS journals the rename."""
    if os.name == "nt":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
