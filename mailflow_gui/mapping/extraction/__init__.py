"""Extraction: what a mail says inside its text, its HTML tables and its files becomes fields of their own.

*Extraction*: one way of looking, as it stands in the flow file. *Key*: the name under which it found a value; the field is then
``extracted.KEY``, or ``extracted.NAME.KEY`` for an extraction that has a name. Nothing is read before a rule asks for it.
"""

from mailflow_gui.mapping.extraction.fields import ExtractedFields, described, may_exist
from mailflow_gui.mapping.extraction.settings import Extraction

__all__ = ["ExtractedFields", "Extraction", "described", "may_exist"]
