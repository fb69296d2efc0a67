"""How the page comes by its sample: received messages, mail files, and mails typed by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from mailflow_gui.language import _
from mailflow_gui.qt.mapper.sample_box import TypedMail
from mailflow_gui.qt.mapper.samples import Offer, Sample

if TYPE_CHECKING:
    from mailflow_gui.qt.mapper.page import MapperPage


class Sampling:
    """Works on the page."""

    def __init__(self, page: MapperPage) -> None:
        self._page = page

    def take_offers(self, offers: tuple[Offer, ...]) -> None:
        """Offer the received messages; the newest one is the sample as long as there is none."""
        self._page.bar.samples.show_offers(offers)
        if self._page.sample is None:
            self._page.bar.samples.choose_first()

    def take_loaded(self, sample: Sample) -> None:
        """A sample has been loaded: one that was offered, or the person's own."""
        box = self._page.bar.samples
        if any(sample.title == box.itemText(place) for place in range(box.count())):
            self._page.take_sample(sample)
        else:
            box.add(sample)

    def open_file(self) -> None:
        """Ask for a mail file."""
        name, _kind = QFileDialog.getOpenFileName(
            self._page, _("Open a mail file"), "", _("Mail files (*.eml);;All files (*)")
        )
        if name:
            self._page.live.load_file(Path(name))

    def type_mail(self) -> None:
        """Ask for a mail typed by hand."""
        dialog = TypedMail(self._page.window())
        dialog.made.connect(lambda sample: self._page.bar.samples.add(sample))  # noqa: PLW0108 - the signal is untyped
        dialog.open()
