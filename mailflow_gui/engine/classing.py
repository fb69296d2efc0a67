"""The classes that people gave to codes, as a running engine applies them."""

from __future__ import annotations

from mailflow_gui.errors import MailError
from mailflow_gui.journal import reclassed
from mailflow_gui.journal.journal import Journal


class Classing:
    """Read from the journal once, and again when a person has changed something. Safe to use from any thread."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._classes = reclassed.classes(journal.read())

    def read_again(self) -> None:
        """A person has reclassed something."""
        self._classes = reclassed.classes(self._journal.read())

    def apply(self, error: MailError) -> MailError:
        """The error in the class that counts here."""
        return self._classes.apply(error)
