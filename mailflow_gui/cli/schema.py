"""``mailflow schema``: the JSON Schema of flow files."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from mailflow_gui.cli import output
from mailflow_gui.flow import schema
from mailflow_gui.language import _

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "schema",
        help=_("print the JSON Schema of flow files"),
        description=_(
            "Print the JSON Schema (draft 2020-12) of flow files: every node type with its settings, "
            "every transformation of the Data Mapper with its parameters."
        ),
        epilog=_("Editors complete and check flow files with it: mailflow schema > flow.schema.json"),
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the schema."""
    from mailflow_gui import nodes

    sys.stdout.write(schema.text(nodes.load()))
    return output.DONE
