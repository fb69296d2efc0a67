"""Every directory and file that the app touches.

``MAILFLOW_HOME`` moves all of them below one directory; otherwise the platform's usual places are taken (platformdirs).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

HOME_VARIABLE = "MAILFLOW_HOME"


@dataclass(frozen=True)
class Home:
    """The directories of one MailFlow home; nothing is created until it is asked for with :meth:`create`."""

    config: Path
    """Settings: accounts.json and the journal's generation mark."""
    data: Path
    """What must last: the journal, its spool segments, the sandbox's mail."""
    logs: Path
    """Log files, for people who look for a fault."""

    @property
    def accounts_file(self) -> Path:
        return self.config / "accounts.json"

    @property
    def generation_file(self) -> Path:
        """Names the journal that belongs to this home, outside the journal itself: an emptied journal is noticed."""
        return self.config / "journal-generation"

    @property
    def journal_file(self) -> Path:
        return self.data / "journal.sqlite3"

    @property
    def spool(self) -> Path:
        """Append-only segments with raw mails and frozen outgoing bytes."""
        return self.data / "spool"

    @property
    def runner_lock(self) -> Path:
        return self.data / "runner.lock"

    @property
    def sandbox(self) -> Path:
        return self.data / "sandbox"

    def create(self) -> Home:
        """Make the directories, readable by this user alone.

        :raises OSError: no room or no right to write here.
        """
        for directory in (self.config, self.data, self.logs):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self


def home() -> Home:
    """The home of this process: below ``MAILFLOW_HOME`` if that is set, else the platform's own directories."""
    moved = os.environ.get(HOME_VARIABLE)
    if moved:
        base = Path(moved).expanduser().absolute()
        return Home(config=base / "config", data=base / "data", logs=base / "logs")
    import platformdirs

    directories = platformdirs.PlatformDirs("MailFlow", appauthor=False)
    return Home(
        config=Path(directories.user_config_dir),
        data=Path(directories.user_data_dir),
        logs=Path(directories.user_log_dir),
    )


def resources() -> Path:
    """The resources directory: inside an installed package, else beside the package in a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "resources"
    return installed if installed.is_dir() else package.parent / "resources"
