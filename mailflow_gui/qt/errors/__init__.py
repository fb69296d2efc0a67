"""The error centre: what went wrong, by code, which messages it holds up, and what a person can do about all of them at once.

It reads the journal in a lane of its own (:mod:`looking`) and shows what is there now, at most four times a second. What a person
decides is left in the journal as requests, as the inspector does it. A *group* is an error by its name, a *message* one that is stuck in
it (:mod:`mailflow_gui.journal.error_groups`).
"""
