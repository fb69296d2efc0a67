"""One window per home: a second start hands its files over to the first and ends."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from mailflow_gui.paths import Home

_WAIT_MILLISECONDS = 2000
_LONGEST = 64 * 1024
"""Bytes of a message; paths need far less."""
_ANSWER = b"ok\n"
_LONGEST_PATH = 80
"""Bytes; a socket's path can have about a hundred, and Qt makes a longer one for a moment."""


def server_name(home: Home) -> str:
    """Where the window of a home listens: in the user's own runtime directory, else in the home, where nobody else can.

    Only where both paths are too long for a socket, it is a name in the directory that all users share.
    """
    name = "mailflow-" + hashlib.sha256(str(home.data.resolve()).encode()).hexdigest()[:24]
    if sys.platform in {
        "win32",
        "darwin",
    }:  # pipes have an owner there, and the directory for sockets is the user's own
        return name
    for directory in (Path(os.environ.get("XDG_RUNTIME_DIR", "")), home.data.resolve()):
        path = directory / name
        if directory.is_absolute() and directory.is_dir() and len(os.fsencode(path)) <= _LONGEST_PATH:
            return str(path)
    return name


def hand_over(home: Home, files: Sequence[Path], *, demo: bool = False) -> bool:
    """Give files to the window that is open already; False: there is none."""
    socket = QLocalSocket()
    socket.connectToServer(server_name(home))
    if not socket.waitForConnected(_WAIT_MILLISECONDS):
        return False
    if not _is_ours(socket.fullServerName()):
        socket.abort()
        return False
    message = {"open": [str(file) for file in files], "demo": demo}
    socket.write(json.dumps(message).encode() + b"\n")
    socket.flush()
    answered = False
    while not answered and socket.waitForReadyRead(_WAIT_MILLISECONDS):
        answered = socket.peek(len(_ANSWER)).data() == _ANSWER
    socket.disconnectFromServer()
    return answered


def _is_ours(path: str) -> bool:
    """Whether this user listens there, and nobody who guessed the name and wants to know what is opened."""
    if sys.platform == "win32":
        return True
    try:
        return Path(path).stat().st_uid == os.getuid()
    except OSError:
        return False


class SingleWindow(QObject):
    """Listens for later starts."""

    asked = Signal(list, bool)
    """Files to open (paths, none: just come to the front), and whether the demo is wanted."""

    def __init__(self, home: Home, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._greet)
        self._sockets: list[QLocalSocket] = []
        name = server_name(home)
        if not self._server.listen(name):
            QLocalServer.removeServer(name)  # left by one that crashed: nobody answered there
            self._server.listen(name)

    def close(self) -> None:
        """Listen no more."""
        self._server.close()
        for socket in list(self._sockets):
            self._let_go(socket)

    def _greet(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            self._sockets.append(socket)
            # No slot holds the socket: whoever is told of its end would let go of the last hold on it, and destroy it a second time.
            socket.readyRead.connect(self._read_all)
            socket.disconnected.connect(self._forget)
            self._read(socket)
            self._forget()  # if it has ended meanwhile

    def _read_all(self) -> None:
        for socket in list(self._sockets):
            if socket.bytesAvailable():
                self._read(socket)

    def _forget(self) -> None:
        """Let go of those that have ended, but not while they tell so."""
        QTimer.singleShot(0, self, self._let_go_of_ended)

    def _let_go_of_ended(self) -> None:
        for socket in list(self._sockets):
            if socket.state() == QLocalSocket.LocalSocketState.UnconnectedState:
                self._let_go(socket)

    def _let_go(self, socket: QLocalSocket) -> None:
        self._sockets.remove(socket)
        socket.readyRead.disconnect(self._read_all)
        socket.disconnected.disconnect(self._forget)
        socket.abort()
        socket.deleteLater()

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > _LONGEST:
                socket.abort()
            return
        try:
            message = json.loads(bytes(socket.readLine(_LONGEST).data()))
            files = [Path(str(name)) for name in message["open"]]
            demo = message.get("demo") is True
        except (ValueError, KeyError, TypeError, AttributeError):
            socket.abort()
            return
        socket.write(_ANSWER)
        socket.flush()
        QTimer.singleShot(
            0, self, lambda: self.asked.emit(files, demo)
        )  # questions may follow: the socket dies under them
