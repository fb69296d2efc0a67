"""The window. Only this package imports Qt, and everything below it works without."""
