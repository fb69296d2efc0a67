"""Detect settings: from a mail address to the servers that an account with it needs.

*Source*: who can know them (our table of providers, the provider's own description, DNS, trying usual names). *Proposal*: one server
with port, security and user name, and who said so. *Step*: how far a source is. No password is known here, so none can be sent.

``values`` what is found · ``network`` where it is asked · ``asking`` the way in · ``search`` asks all sources at once: ``table``,
``autoconfig`` (with ``web`` and ``description``), ``srv``, ``probe`` · ``trying`` calls what they propose · ``lookups`` DNS · ``order``
which proposal comes first · ``crew`` the threads
"""

from mailflow_gui.accounts.detect.asking import detect
from mailflow_gui.accounts.detect.network import Network
from mailflow_gui.accounts.detect.values import SOURCES, Detected, Note, Proposal, Step

__all__ = ["SOURCES", "Detected", "Network", "Note", "Proposal", "Step", "detect"]
