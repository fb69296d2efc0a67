"""``python3 -m tests``: everything that must hold before a change is good, in order; on a fresh machine it sets itself up first.

::

    python3 -m tests [check] [pytest arguments]    all checks; with arguments: pytest alone, with them
    python3 -m tests bench [NAME ...]              measure: the engine against the plain pipeline, the window's parts
    python3 -m tests stress [NAME ...]             try to break the promise: kills, faulty lines, lying servers, mutated mails
    python3 -m tests lock                          renew resources/locks from pyproject.toml
    python3 -m tests catalogues                    renew resources/locale from the sources
    python3 -m tests transformations               renew resources/transformations.md from their registry

Exit code 0 means that every check passed, anything else that one did not.
"""

import sys

OLDEST_PYTHON = (3, 11)


def main() -> int:
    """Run the sub-command of this process and return its exit code."""
    if sys.version_info < OLDEST_PYTHON:
        sys.stderr.write(
            "MailFlow needs Python %d.%d or newer; this is Python %d.%d.\n" % (OLDEST_PYTHON + sys.version_info[:2])  # noqa: UP031  (old Pythons read this)
        )
        return 3
    from mailflow_gui import bootstrap

    bootstrap.enter(development=True)

    from tests import commands

    return commands.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
