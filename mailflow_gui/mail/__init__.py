"""What a message is and how servers speak; this package knows no flows.

*Message*: a parsed, frozen view on kept raw bytes. *Session*: a live, logged-in dialogue with one server. *Draft*: the content of a
mail that we write. *Envelope*: SMTP sender and recipients, apart from what the header says.
"""
