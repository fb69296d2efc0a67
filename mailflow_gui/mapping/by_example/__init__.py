"""Mapping by example: one received mail and the mail that somebody wants from it become rules.

*Atom*: a way to a text that stands in the mail (a field, a field after some steps). *Candidate*: a rule that gives exactly what is
wanted for the example. *Rival*: a candidate that reads something else; while there is one, nothing is certain.
"""

from mailflow_gui.mapping.by_example.checking import Check
from mailflow_gui.mapping.by_example.propose import OTHERS_LIMIT, Confidence, Proposal, Rival, proposals, propose
from mailflow_gui.mapping.by_example.running import LOOKS

__all__ = ["LOOKS", "OTHERS_LIMIT", "Check", "Confidence", "Proposal", "Rival", "proposals", "propose"]
