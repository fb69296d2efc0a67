"""Runs flows: receiving, delivery, sending, retrying. It knows the kinds of nodes, and no node type.

*Run*: one execution of a flow. *Work*: one item on its way, in memory; what it is worth is in the journal. *Gate*: whether an account may
be used now. *Doubt*: a mail whose answer was lost. Threads: one per receiving session (account + folder), one or more per sending account,
one that takes items through the transforms, one that carries out requests and retries, one that looks for mails in doubt; the journal has
its own. Between them lie bounded queues and one *budget* of
items and bytes, so that a mailbox of any size fits in little memory.
"""
