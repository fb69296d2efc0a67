"""The node types that come with MailFlow: one file each, and their one registration.

Node functions are pure: no I/O, no clock, no chance but the item's own. Third parties register theirs through the entry point group
``mailflow.nodes``.
"""

from __future__ import annotations

from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.nodes.data_mapper import DATA_MAPPER
from mailflow_gui.nodes.receive_email import RECEIVE_EMAIL
from mailflow_gui.nodes.send_email import SEND_EMAIL

NODE_TYPES: tuple[AnyNodeType, ...] = (RECEIVE_EMAIL, DATA_MAPPER, SEND_EMAIL)
