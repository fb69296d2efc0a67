"""Pure functions from fields to fields: the Data Mapper without its window.

*Field*: a named value that a message offers or a target takes. *Rule*: a row of the table. *Transformation*: one named pure function.
"""
