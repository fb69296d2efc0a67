"""Embedded mail servers with sample mail: everything that MailFlow does can be tried without a mail account.

One asyncio loop in one thread serves IMAP (pymap) and SMTP (aiosmtpd) on 127.0.0.1. *INBOX* begins with sample mails; what is sent lands
in *Delivered*, never in INBOX, so nothing loops. Mail, flags and UIDVALIDITY last over restarts. Nothing ever leaves this machine.
"""

from __future__ import annotations

from mailflow_gui.sandbox.sandbox import Sandbox

__all__ = ["Sandbox"]
