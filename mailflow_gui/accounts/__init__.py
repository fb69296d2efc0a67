"""Whom we talk to, with which secret.

*Account* (on screen: connection): a saved mail server of one protocol, with user and TLS. *Secret*: its password; unreachable from
models, files and logs. *Session*: a live dialogue, opened here from an account and its secret. *Stage*: one step of a validation.

``account`` what one is · ``fields`` what may stand in it · ``store`` the file of all · ``secrets`` with ``password_command`` and
``os_keyring`` (``keyring_choice``: which one; ``long_secrets``: in pieces) where passwords come from · ``sessions`` opens sessions ·
``validate`` with ``stages``, ``abilities`` and ``proposals`` tries an account
"""
