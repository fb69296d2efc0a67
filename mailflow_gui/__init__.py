"""MailFlow: automate mail on your own machine by drawing what should happen to it.

The house, top to bottom; imports only point down, siblings on one line don't know each other (import-linter holds it)::

    cli                          one module per command
    qt                           PySide6 and NodeGraphQt here, nowhere else
    app | sandbox                composition root | embedded mail servers
    engine | nodes               the engine never names a node type; a node never sees the engine and does no I/O
    journal                      what happened; survives a crash (nodes may not import it)
    flow | mapping | accounts    the drawn document | pure functions on fields | whom we talk to
    mail                         what a message is and how servers speak
    errors                       the exception tree
    sentences                    every text of an error or a problem, by code
    language                     gettext
    paths | logs | file_lock

Life of a message::

    nodes.receive_email -Watch-> engine.receiving -session-> mail.imap -bytes-> mail.parse -MailMessage-> Item, journalled
      -Item-> engine.delivery -Item-> nodes.data_mapper (mapping.apply) -Item-> nodes.send_email -Outgoing-> journal (planned)
      -> engine.sending -session-> mail.smtp -Receipt-> journal (sent, settled) -flags-> mail.imap
      engine.events -batched-> whoever watches (a file, the window); history comes from the journal

Words: a *flow* has *nodes* joined by *edges* between *ports*; a *message* arrives as an *item* with an *origin*; an item is
*settled* exactly once (sent, skipped, dead letter), and only then do flags move on its server. An *account* (on screen: connection)
is a mail server with a user; a *session* is a live dialogue with it; a *secret* is its password.
"""

__version__ = "0.1.0"
