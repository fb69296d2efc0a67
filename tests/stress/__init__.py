"""Trying to break the promise: killed runners, broken lines, lying servers, mutated mails, a long day.

``python -m tests stress [NAME ...]`` runs every part in full; a small sample of each is part of the ordinary tests. Each part judges by
what the servers have recorded, never by the journal: which mails lay in the mailbox against which arrived at the receiving server.

Words: a *part* is one module ``stress_NAME.py`` with ``main()``; a *point* is one thing tried (one kill, one fault, one script); a point
counts when it has *fired*, not when it was armed.
"""
