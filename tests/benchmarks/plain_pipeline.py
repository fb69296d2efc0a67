"""The plain pipeline that speed is measured against: IMAPClient in batches of 50, ``policy.default``, a rebuilt EmailMessage, smtplib.

Straightforward on purpose, and to be left as it is: ``python -m tests.benchmarks.plain_pipeline USER PASSWORD IMAP_PORT SMTP_PORT``.
"""

from __future__ import annotations

import email
import email.policy
import imaplib
import json
import resource
import smtplib
import sys
import time
from email.message import EmailMessage
from typing import Any

from imapclient import IMAPClient  # type: ignore[import-untyped]  # ships no type hints


def main(user: str, password: str, imap_port: int, smtp_port: int) -> None:
    """Receive, map and send everything in INBOX, one mail after the other."""
    imaplib._MAXLINE = 10**7  # type: ignore[attr-defined]  # as everybody does who fetches many mails
    started = time.perf_counter()
    client = IMAPClient("127.0.0.1", port=imap_port, ssl=False)
    client.login(user, password)
    client.select_folder("INBOX", readonly=True)
    sender = smtplib.SMTP("127.0.0.1", smtp_port, local_hostname="bench")
    uids = client.search("ALL")
    for start in range(0, len(uids), 50):
        for uid, data in client.fetch(uids[start : start + 50], ["BODY.PEEK[]"]).items():
            sender.send_message(mapped(uid, data[b"BODY[]"]))
    sender.quit()
    seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_SELF)
    figures = {
        "mails": len(uids),
        "seconds": seconds,
        "cpu": used.ru_utime + used.ru_stime,
        "rss_mb": used.ru_maxrss / 1024,
    }
    print(json.dumps(figures))


def mapped(uid: int, raw: bytes) -> EmailMessage:
    """The same mapping as the flow's."""
    message: Any = email.message_from_bytes(raw, policy=email.policy.default)
    body = message.get_body(("plain", "html"))
    new = EmailMessage()
    new["From"], new["To"] = "bot@example.com", "sales@example.com"
    new["Subject"] = "[web] " + str(message["Subject"])
    new["Message-ID"] = f"<{uid}.out@bench>"
    new.set_content(body.get_content() if body is not None else "")
    for part in message.iter_attachments():
        if part.get_content_maintype() != "text":
            new.add_attachment(
                part.get_content(),
                maintype=part.get_content_maintype(),
                subtype=part.get_content_subtype(),
                filename=part.get_filename(),
            )
    return new


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
