"""The sandbox inside the window: its servers run in threads of this process as long as the window is open."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from mailflow_gui import paths
from mailflow_gui.errors import StorageError
from mailflow_gui.paths import Home

if TYPE_CHECKING:
    from mailflow_gui.sandbox import Sandbox

DEMO_FLOW = "demo.mailflow"


class SandboxHere:
    """Started at most once, and stopped with the window."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._open = contextlib.ExitStack()
        self._sandbox: Sandbox | None = None

    @property
    def sandbox(self) -> Sandbox | None:
        """The running sandbox, or None."""
        return self._sandbox

    def start(self) -> None:
        """Start the servers, if they don't run yet, and save them as connections; their password stays in this process and its runner.

        :raises MailFlowError: no room, no port, or another process runs this home's sandbox.
        """
        if self._sandbox is None:
            # A whole asyncio: most windows never start the servers.
            from mailflow_gui.sandbox import Sandbox
            from mailflow_gui.sandbox.accounts import connected

            with contextlib.ExitStack() as stack:
                sandbox = stack.enter_context(Sandbox(self._home.sandbox))
                stack.enter_context(connected(self._home, sandbox))
                self._open = stack.pop_all()
            self._sandbox = sandbox

    def demo_flow(self) -> Path:
        """The demo flow as a file of this home, so that it can be edited; made from MailFlow's own at first.

        :raises StorageError: no room or no right to write.
        """
        path = self._home.data / DEMO_FLOW
        if not path.exists():
            try:
                shutil.copyfile(paths.resources() / "examples" / DEMO_FLOW, path)
            except OSError as error:
                raise StorageError(
                    "no-right-to-write", directory=str(path.parent), reason=error.strerror or str(error)
                ) from error
        return path

    def stop(self) -> None:
        """Stop the servers."""
        self._sandbox = None
        self._open.close()
