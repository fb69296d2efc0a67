"""Drafts: what isn't saved yet, kept in the home so that a crash or a power cut costs seconds of work at most."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from mailflow_gui.errors import FlowFileError, MailFlowError, StorageError
from mailflow_gui.flow import file as flow_file
from mailflow_gui.flow.model import Flow
from mailflow_gui.paths import Home

_SUFFIX = ".draft"


@dataclass(frozen=True)
class Draft:
    """Unsaved work that an earlier window has left."""

    file: Path
    """Where it is kept."""
    path: Path | None
    """The flow file it belongs to; None: never saved."""
    at: float
    """When it was kept; seconds since 1970."""
    flow: Flow
    trusted: bool
    """Whether the flow was ours, or accepted, when it was kept."""


class Drafts:
    """The drafts of a home. One window at a time keeps one draft; several may lie there after crashes."""

    def __init__(self, home: Home) -> None:
        self._directory = home.data / "drafts"
        self._own = self._directory / f"{secrets.token_hex(8)}{_SUFFIX}"

    def keep(self, flow: Flow, path: Path | None, *, trusted: bool) -> None:
        """Keep this window's unsaved work, in place of what was kept before.

        :raises StorageError: no room or no right to write.
        """
        content = {
            "path": None if path is None else str(path),
            "at": time.time(),
            "name": flow.name,
            "trusted": trusted,
            "content": flow_file.dumps(flow),
        }
        unfinished = self._own.with_suffix(".new")
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            with unfinished.open("w", encoding="utf-8") as file:
                json.dump(content, file, ensure_ascii=False)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self._own)
        except OSError as error:
            raise StorageError(
                "no-right-to-write", directory=str(self._directory), reason=error.strerror or str(error)
            ) from error

    def forget(self) -> None:
        """The work was saved, or thrown away on purpose."""
        with contextlib.suppress(OSError):
            self._own.unlink(missing_ok=True)

    def left(self) -> list[Draft]:
        """What earlier windows have left, newest first; what can't be read is skipped and stays."""
        found = [draft for file in self._files() if (draft := _read(file)) is not None]
        return sorted(found, key=lambda draft: draft.at, reverse=True)

    def _files(self) -> list[Path]:
        try:
            return [file for file in self._directory.iterdir() if file.suffix == _SUFFIX and file != self._own]
        except FileNotFoundError:
            return []


def discard(draft: Draft) -> None:
    """Forget a draft that an earlier window has left."""
    with contextlib.suppress(OSError):
        draft.file.unlink(missing_ok=True)


def _read(file: Path) -> Draft | None:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        flow = flow_file.loads(content["content"], str(content["name"]))
        path = content["path"]
        return Draft(
            file,
            None if path is None else Path(path),
            float(content["at"]),
            flow,
            content.get("trusted") is True,
        )
    except (OSError, ValueError, KeyError, TypeError, FlowFileError, MailFlowError):
        return None  # half a disk, or a newer version's: nobody is helped by a fault here
