"""The programs that tests use as real servers, installed from Debian's packages where that is possible.

Without them, or without the right to install them, the tests that need them are skipped and say so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mailflow_gui.cli import window_libraries

PACKAGES = (
    "dbus",
    "dbus-daemon",
    "desktop-file-utils",
    "dovecot-imapd",
    "dovecot-pop3d",
    "fonts-inter",
    "fonts-jetbrains-mono",
    "fonts-noto-cjk",
    "gnome-keyring",
    "libglib2.0-bin",
    "libsecret-tools",
    "postfix",
    "shared-mime-info",
    "xdotool",
    "xvfb",
    *window_libraries.DRAWING.values(),
    *window_libraries.X11.values(),
)
"""Real IMAP, POP3 and SMTP servers, a real Secret Service, a display with the fonts of the design and for Japanese, a desktop's tools,
and what a window needs."""

_POLICY = Path("/usr/sbin/policy-rc.d")
_ACTION_FORBIDDEN = "#!/bin/sh\nexit 101\n"  # what invoke-rc.d wants to hear: don't start services


def install_missing() -> None:
    """Install the packages that are missing: as root with apt, else name the command and go on."""
    if sys.platform != "linux" or shutil.which("apt-get") is None or shutil.which("dpkg-query") is None:
        return
    missing = _missing()
    if not missing:
        return
    if os.geteuid() != 0:
        print(f"Some tests will be skipped. To run them too: sudo apt-get install {' '.join(missing)}", flush=True)
        return
    print(f"Installing {' '.join(missing)} …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with _no_services_started():
        _preseed(environment)
        for command in (["update"], ["install", "--yes", "--no-install-recommends", *missing]):
            done = subprocess.run(
                ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", *command],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=sys.stderr,
                check=False,
            )
            if done.returncode:
                print(
                    f"apt-get {command[0]} failed ({done.returncode}); the tests that need it will be skipped.",
                    flush=True,
                )


def _missing() -> Sequence[str]:
    known = subprocess.run(
        ["dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Status}\n", *PACKAGES],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # it complains about every package that it doesn't know
        encoding="utf-8",
        check=False,
    ).stdout
    installed = {
        name for name, _space, status in (line.partition(" ") for line in known.splitlines()) if status == "installed"
    }
    return [name for name in PACKAGES if name not in installed]


def _preseed(environment: dict[str, str]) -> None:
    """Answer Postfix's one question: leave this machine's mail alone."""
    if shutil.which("debconf-set-selections"):
        answer = "postfix postfix/main_mailer_type select No configuration\n"
        subprocess.run(["debconf-set-selections"], input=answer, encoding="utf-8", env=environment, check=True)


@contextmanager
def _no_services_started() -> Iterator[None]:
    """Debian starts the servers that it installs; the tests start their own on ports of their own, so these stay off."""
    if _POLICY.exists():
        yield  # somebody has already said what may start
        return
    _POLICY.write_text(_ACTION_FORBIDDEN, encoding="utf-8")
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        _POLICY.unlink()
        _keep_off_after_restart()


def _keep_off_after_restart() -> None:
    if shutil.which("systemctl"):
        # Installed by us a moment ago and wanted by nobody else: neither may come up with the machine.
        subprocess.run(["systemctl", "disable", "dovecot", "postfix"], stderr=subprocess.DEVNULL, check=False)
