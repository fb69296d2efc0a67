"""The house rules that no linter knows."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mailflow_gui.paths import Home

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "mailflow_gui").rglob("*.py"))

# Without Qt, whatever the machine has: importing one of these raises ImportError.
_BLOCK_QT = "import sys; sys.modules.update(dict.fromkeys(['PySide6', 'NodeGraphQt', 'Qt', 'shiboken6'])); "


def _core_modules() -> list[str]:
    files = [file for file in MODULES if "qt" not in file.relative_to(ROOT).parts and file.name != "__main__.py"]
    return [".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for file in files]


def test_every_module_says_what_it_is() -> None:
    silent = [file for file in MODULES if not ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))]
    assert silent == []


def test_the_core_imports_without_qt() -> None:
    program = _BLOCK_QT + f"import importlib; [importlib.import_module(name) for name in {_core_modules()!r}]"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_flow_runs_without_qt(home: Home) -> None:
    program = _BLOCK_QT + "from mailflow_gui import cli; sys.exit(cli.main(['demo', '--headless', '--json']))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    counts = json.loads(done.stdout.splitlines()[-1])
    assert (done.returncode, counts["failed"], counts["uncertain"]) == (0, 0, 0)
    assert counts["sent"] == counts["received"] > 0
    assert home.journal_file.is_file()


def test_the_block_on_qt_really_blocks() -> None:
    done = subprocess.run([sys.executable, "-c", _BLOCK_QT + "import PySide6"], capture_output=True, check=False)
    assert b"ModuleNotFoundError" in done.stderr


def test_no_committed_file_names_a_registry_or_this_checkout() -> None:
    registries = re.compile(
        rb"(?i)"
        + rb"|".join(
            (
                rb"pypi\.(?:org|python)",
                rb"pythonhosted\.org",
                rb"registry\.npmjs",
                rb"--(?:extra-)?index-url",
                rb"--find-links",
            )
        )
    )
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    own = Path(__file__).resolve()
    here = str(ROOT).encode() + b"/"
    files = [ROOT / name for name in listed.stdout.decode("utf-8").split("\0") if name]
    guilty = [
        file
        for file in files
        if file.is_file() and file != own and (registries.search(raw := file.read_bytes()) or here in raw)
    ]
    assert guilty == []


def test_every_locked_package_is_pinned_with_hashes() -> None:
    for lock in (ROOT / "resources" / "locks").glob("*.txt"):
        entries = [
            entry for entry in lock.read_text(encoding="utf-8").replace("\\\n", " ").splitlines() if entry.strip()
        ]
        assert entries
        for entry in entries:
            assert re.match(r"[a-z0-9._-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", entry), f"{lock.name}: {entry[:80]}"


def test_the_two_commands_stand_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "python3 -m mailflow_gui demo" in readme
    assert "python3 -m tests" in readme
    assert readme.index("python3 -m mailflow_gui demo") < readme.index("python3 -m tests")
