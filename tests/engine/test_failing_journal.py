"""A journal that takes nothing more ends the engine, also when only a note failed that nobody awaits."""

from __future__ import annotations

import pytest

from mailflow_gui import app
from mailflow_gui.engine.work import RunningFlow
from mailflow_gui.errors import StorageError
from mailflow_gui.flow import file as flow_file
from mailflow_gui.journal.journal import Transaction
from mailflow_gui.paths import home
from tests.journeys.world import World


def test_a_failed_note_ends_the_run_with_its_reason(forwarding: World) -> None:
    path = forwarding.flow()

    def no_room(_transaction: Transaction) -> None:
        raise OSError(28, "No space left on device")

    with app.running(home(), "test") as here:
        running: RunningFlow = here.engine.start(flow_file.read(path), path, mode="continuous")
        here.engine._journal.write(no_room)  # nobody awaits its end
        with pytest.raises(StorageError) as caught:
            assert here.engine.wait(running, 30)
        here.engine.stop(running)
    assert caught.value.code == "no-room"
