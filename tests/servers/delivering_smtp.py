"""A recording SMTP server that also delivers: each mail goes into the INBOX of the Dovecot user whom its recipient's local part names."""

from __future__ import annotations

import re
import threading
from collections.abc import Collection
from typing import Any

from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import Recorded, RecordingSmtp


class DeliveringSmtp(RecordingSmtp):
    """Delivers before it says 250. ``loses``: header fields that it takes out, as some servers do."""

    def __init__(self, dovecot: Dovecot, loses: Collection[str] = (), **arguments: Any) -> None:
        self._dovecot = dovecot
        self._loses = loses
        self._delivering = threading.Lock()
        super().__init__(**arguments)

    def keep(self, mail: Recorded) -> None:
        raw = mail.raw
        for name in self._loses:
            raw = re.sub(rb"(?im)^%s:.*\r\n(?:[ \t].*\r\n)*" % re.escape(name.encode()), b"", raw, count=1)
        with self._delivering:
            for recipient in mail.recipients:
                self._dovecot.deliver(recipient.partition("@")[0], raw)
        super().keep(mail)
