"""Runs rules in a process with little memory and says how each ended: ``python -m tests.mapping.bomb FILE`` with rules and sources.

Prints a line of JSON for each: the error's code or null, and seconds of processor time.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter

from mailflow_gui.errors import MappingError
from mailflow_gui.mapping import cel, templates
from mailflow_gui.mapping.mapping import MappingContext, Rule, compile_mapping
from mailflow_gui.mapping.values import Value

MEGABYTE = 1 << 20
ROOM = 200 * MEGABYTE


def _confined() -> None:
    """Leave this process 200 MB beyond what it has, where the system can do that."""
    if sys.platform == "win32":
        return
    import resource

    if Path("/proc/self/statm").exists():
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        limit = pages * resource.getpagesize() + ROOM
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _value(written: object) -> Value:
    if isinstance(written, list):
        return tuple(_value(entry) for entry in written)
    return written  # type: ignore[return-value]  # JSON's plain values are values


def main() -> None:
    """Run it."""
    bombs = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    templates.compile_template("{{ a }}")
    cel.compile_cel("1 == 1")({})
    _confined()
    for name, bomb in bombs.items():
        code = None
        began = time.process_time()
        try:
            _run(bomb["rule"], {field: _value(value) for field, value in bomb["source"].items()})
        except MappingError as error:
            code = error.code
        except MemoryError:
            code = "out of memory"
        sys.stdout.write(json.dumps({"name": name, "code": code, "seconds": time.process_time() - began}) + "\n")
        sys.stdout.flush()


def _run(rule: object, source: dict[str, Value]) -> None:
    rules = TypeAdapter(tuple[Rule, ...]).validate_python([rule])
    compile_mapping(rules).apply(source, MappingContext(clock=datetime(2025, 3, 14, tzinfo=UTC), seed=1))


if __name__ == "__main__":
    main()
