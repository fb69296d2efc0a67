"""``python3 -m mailflow_gui`` and the installed command ``mailflow``: see to what is needed, then run one command.

This file alone also parses on Pythons that are too old, to be able to say so.
"""

import sys

OLDEST_PYTHON = (3, 11)


def main() -> int:
    """Run the command line of this process and return its exit code."""
    if sys.version_info < OLDEST_PYTHON:
        sys.stderr.write(
            "MailFlow needs Python %d.%d or newer; this is Python %d.%d.\n" % (OLDEST_PYTHON + sys.version_info[:2])  # noqa: UP031  (old Pythons read this)
        )
        return 3
    from mailflow_gui import bootstrap

    bootstrap.enter()

    from mailflow_gui import cli

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
