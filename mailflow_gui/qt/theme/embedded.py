"""Files that exist in memory only: style sheets can name images by address alone, and their colours change with the theme."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from PySide6.QtCore import qRegisterResourceData, qUnregisterResourceData

ROOT = "mailflow-theme"
_VERSION = 1
_DIRECTORY = 2


class EmbeddedFiles:
    """Small files that Qt finds under ``:/mailflow-theme/`` for as long as this object lives."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        # Qt keeps pointers into these bytes: they live as long as the registration.
        self._tree, self._names, self._data = _packed(files)
        qRegisterResourceData(_VERSION, self._tree, self._names, self._data)

    def remove(self) -> None:
        """Take the files away again."""
        qUnregisterResourceData(_VERSION, self._tree, self._names, self._data)


def _packed(files: Mapping[str, bytes]) -> tuple[bytes, bytes, bytes]:
    """Tree, names and data in the layout of Qt's resource compiler, version 1: one directory with all files, sorted by hash."""
    names = bytearray()
    data = bytearray()

    def add_name(text: str) -> int:
        place = len(names)
        names.extend(struct.pack(">HI", len(text), _hash(text)) + text.encode("utf-16-be"))
        return place

    tree = bytearray(struct.pack(">IHII", 0, _DIRECTORY, 1, 1))
    tree += struct.pack(">IHII", add_name(ROOT), _DIRECTORY, len(files), 2)
    for name in sorted(files, key=_hash):
        tree += struct.pack(">IHHHI", add_name(name), 0, 0, 1, len(data))
        data += struct.pack(">I", len(files[name])) + files[name]
    return bytes(tree), bytes(names), bytes(data)


def _hash(text: str) -> int:
    """Qt's hash of a resource name (the ELF hash)."""
    value = 0
    for character in text:
        value = (value << 4) + ord(character)
        value ^= (value & 0xF0000000) >> 23
        value &= 0x0FFFFFFF
    return value
