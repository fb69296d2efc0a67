"""Whom we talk to, with which secret.

*Account* (on screen: connection): a saved mail server of one protocol, with user and TLS. *Secret*: its password; unreachable from
models, files and logs. *Session*: a live dialogue, opened here from an account and its secret.
"""
