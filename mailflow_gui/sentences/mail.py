"""Sentences about mail servers and messages."""

from __future__ import annotations

from mailflow_gui.language import N_
from mailflow_gui.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    # tls
    "certificate-unreadable": Sentence(
        N_("The server certificate can't be read: it is not in PEM form."),
        N_(
            "Paste the whole text, from the line -----BEGIN CERTIFICATE----- to the line -----END CERTIFICATE-----, "
            "or fetch it from the server."
        ),
    ),
}
