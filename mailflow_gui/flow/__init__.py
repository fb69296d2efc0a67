"""The document a person draws, and the terms in which its node types are described.

*Flow*: an immutable snapshot of nodes joined by edges. *Node type*: a registered kind of node, described as data and pure functions.
*Item*: what moves on an edge. *Problem*: a finding about a flow before it runs.
"""
