"""``python3 -m tests lock``: renew the pinned, hashed dependencies in resources/locks from pyproject.toml."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# No address and no path of the machine that writes a lock may get into it: whoever installs chooses where from.
_WITHOUT_PLACES = ("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links")
_COMPILE = ("pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes", "--upgrade")


def renew(root: Path) -> None:
    """Write runtime.txt (with the extra ``desktop``) and dev.txt (what the tests add, at the same versions)."""
    locks = root / "resources" / "locks"
    runtime = locks / "runtime.txt"
    dev = locks / "dev.txt"
    _compile(root, "--extra", "desktop", "pyproject.toml", "--output-file", str(runtime))
    _compile(root, "--group", "dev", "--constraints", str(runtime), "--output-file", str(dev))


def _compile(root: Path, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "uv", *_COMPILE, *_WITHOUT_PLACES, *arguments],
        cwd=root,
        stdout=subprocess.DEVNULL,
        check=True,
    )
