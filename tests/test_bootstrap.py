"""What a source checkout does before a command runs: tried on small checkouts with locks that need no network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
_BOOTSTRAP_FILES = ("__init__.py", "__main__.py", "bootstrap.py", "file_lock.py", "language.py", "paths.py")
_COMMAND = """
import json, os, sys
import answer
def main():
    print(json.dumps({"arguments": sys.argv[1:], "prefix": sys.prefix, "pid": os.getpid(), "answer": answer.VALUE,
                      "kept": os.environ.get("KEPT_VARIABLE")}))
    return 7
"""


def _wheel(directory: Path, name: str, source: str) -> str:
    """Write the smallest wheel that pip takes and return its line for a lock."""
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": source,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{path},sha256={urlsafe_b64encode(sha256(text.encode()).digest()).rstrip(b'=').decode()},{len(text.encode())}\n"
        for path, text in files.items()
    )
    wheel = directory / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
        archive.writestr(f"{info}/RECORD", record + f"{info}/RECORD,,\n")
    return f"{name}==1.0 --hash=sha256:{sha256(wheel.read_bytes()).hexdigest()}\n"


class Checkout:
    """A checkout whose only dependency is one small module, and whose only command tells how it was started."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.wheels = root.with_name("wheels")  # pip splits a list of places at spaces
        self.lock = root / "resources" / "locks" / "runtime.txt"
        self.environment = root / ".venv"
        package = root / "mailflow_gui"
        for directory in (self.wheels, self.lock.parent, package / "cli"):
            directory.mkdir(parents=True)
        for name in _BOOTSTRAP_FILES:
            shutil.copy(ROOT / "mailflow_gui" / name, package / name)
        (package / "cli" / "__init__.py").write_text(_COMMAND, encoding="utf-8")
        (root / "pyproject.toml").write_text("", encoding="utf-8")
        self.lock.write_text(_wheel(self.wheels, "answer", "VALUE = 42\n"), encoding="utf-8")

    def start(self, *arguments: str, python: str | Path = sys.executable, **variables: str) -> subprocess.Popen[str]:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PIP_")},
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheels),
            **variables,
        }
        return subprocess.Popen(
            [str(python), "-m", "mailflow_gui", *arguments],
            cwd=self.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def run(self, *arguments: str, python: str | Path = sys.executable, **variables: str) -> tuple[int, str, str]:
        with self.start(*arguments, python=python, **variables) as process:
            out, errors = process.communicate()
        return process.returncode, out, errors


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout that has been set up once; tests that share it leave it set up."""
    checkout = Checkout(tmp_path_factory.mktemp("ready") / "größe checkout")
    code, _out, errors = checkout.run()
    assert code == 7, errors
    return checkout


def test_first_start_sets_up_and_runs_the_command_with_its_arguments(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "checkout")
    with checkout.start("run", "a b.mailflow", "--json", KEPT_VARIABLE="x") as process:
        out, errors = process.communicate()
    told = json.loads(out)  # nothing but the command's own answer on standard output
    assert process.returncode == 7
    assert told["arguments"] == ["run", "a b.mailflow", "--json"]
    assert (told["answer"], told["kept"]) == (42, "x")
    assert Path(told["prefix"]).samefile(checkout.environment)
    assert "Setting MailFlow up" in errors
    if os.name != "nt":
        assert told["pid"] == process.pid


def test_later_starts_say_nothing_and_keep_the_environment(ready: Checkout) -> None:
    before = (ready.environment / "pyvenv.cfg").stat().st_mtime_ns
    code, _out, errors = ready.run()
    assert (code, errors) == (7, "")
    assert (ready.environment / "pyvenv.cfg").stat().st_mtime_ns == before


def test_the_environments_own_python_goes_straight_on(ready: Checkout) -> None:
    inside = ready.environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    code, out, errors = ready.run("x", python=inside)
    assert (code, errors) == (7, "")
    assert json.loads(out)["arguments"] == ["x"]


def test_a_changed_lock_is_installed(ready: Checkout) -> None:
    ready.lock.write_text(
        ready.lock.read_text(encoding="utf-8") + _wheel(ready.wheels, "more", "X = 1\n"), encoding="utf-8"
    )
    code, _out, errors = ready.run()
    assert code == 7
    assert "up to date" in errors
    assert ready.run()[2] == ""


def test_an_interrupted_installation_is_done_again(ready: Checkout) -> None:
    (ready.environment / "mailflow-stamp.json").unlink()
    next(ready.environment.rglob("answer.py")).unlink()  # as a kill in the middle leaves it
    code, out, errors = ready.run()
    assert code == 7, errors
    assert json.loads(out)["answer"] == 42


def test_a_moved_checkout_is_set_up_anew(tmp_path: Path, ready: Checkout) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(ready.root, moved, symlinks=True)
    stamp = moved / ".venv" / "mailflow-stamp.json"
    assert json.loads(stamp.read_text(encoding="utf-8"))["path"] == str(ready.environment)
    process = subprocess.run(
        [
            sys.executable,
            "-c",
            "from mailflow_gui import bootstrap as b; print(b._is_ready(b.checkout() / '.venv', []))",
        ],
        cwd=moved,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert process.stdout == "False\n"


def test_two_first_starts_install_once_and_both_run(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "checkout")
    with checkout.start("one") as first, checkout.start("two") as second:
        answers = [process.communicate() for process in (first, second)]
    assert [json.loads(out)["arguments"] for out, _errors in answers] == [["one"], ["two"]]
    assert sum(errors.count("Setting MailFlow up") for _out, errors in answers) == 1


def test_a_failed_installation_is_one_sentence_and_exit_code_3(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "checkout")
    next(checkout.wheels.iterdir()).unlink()
    code, out, errors = checkout.run("--json")
    assert (code, out) == (3, "")
    assert "could not be installed" in errors.splitlines()[-1]
    assert "Traceback" not in errors
    assert not (checkout.environment / "mailflow-stamp.json").exists()


def test_a_wrong_hash_is_refused(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "checkout")
    checkout.lock.write_text(f"answer==1.0 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    assert checkout.run()[0] == 3


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_no_right_to_write_is_exit_code_4(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "checkout")
    checkout.root.chmod(0o500)
    try:
        code, out, errors = checkout.run()
    finally:
        checkout.root.chmod(0o700)
    assert (code, out) == (4, "")
    assert "Traceback" not in errors


def test_a_lock_file_that_cannot_be_opened_is_one_sentence(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "checkout")
    checkout.environment.with_name(".venv.lock").mkdir()
    code, out, errors = checkout.run()
    assert (code, out) == (3, "")
    assert len(errors.splitlines()) == 1


def test_an_installed_copy_never_sets_itself_up(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "site-packages")
    (checkout.root / "pyproject.toml").unlink()
    _code, out, errors = checkout.run()
    assert out == ""
    assert "No module named 'answer'" in errors
    assert not checkout.environment.exists()


def test_a_python_that_is_too_old_is_told_so() -> None:
    program = "import sys; sys.version_info = (3, 9, 2); from mailflow_gui.__main__ import main; sys.exit(main())"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "MailFlow needs Python 3.11 or newer; this is Python 3.9.\n"
