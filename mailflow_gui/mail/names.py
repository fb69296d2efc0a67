"""File names for attachments that are safe on every platform: they come from strangers and end in a directory of ours."""

from __future__ import annotations

import re
import unicodedata

MAXIMUM_BYTES = 120
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\.|$)", re.IGNORECASE)
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_EDGES = "".join([" .\u00a0\u1680\u202f\u205f\u3000", *map(chr, range(0x2000, 0x200B))])
"""What no name begins or ends with: dots hide files on POSIX and vanish on Windows, as spaces do."""
_EXTENSIONS = {
    "application/gzip": ".gz",
    "application/json": ".json",
    "application/msword": ".doc",
    "application/pdf": ".pdf",
    "application/pgp-signature": ".asc",
    "application/pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s",
    "application/rtf": ".rtf",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.ms-powerpoint": ".ppt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/xml": ".xml",
    "application/zip": ".zip",
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
    "image/bmp": ".bmp",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "image/tiff": ".tiff",
    "image/webp": ".webp",
    "message/delivery-status": ".txt",
    "message/disposition-notification": ".txt",
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/rfc822-headers": ".txt",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "text/xml": ".xml",
    "video/mp4": ".mp4",
}


def extension(media_type: str) -> str:
    """The usual extension of a media type, with its dot; ``.bin`` when there is none."""
    return _EXTENSIONS.get(media_type, ".txt" if media_type.startswith("text/") else ".bin")


def safe(name: str, media_type: str) -> str:
    """``name`` as a plain file name that any platform can hold; ``attachment`` with the type's extension if nothing is left."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    name = "".join(character for character in name if unicodedata.category(character) not in _DROPPED)
    name = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", name)).strip(_EDGES)
    if not name:
        return "attachment" + extension(media_type)
    if _RESERVED.match(name):
        name = "_" + name
    return _shorten(name)


def _shorten(name: str) -> str:
    if len(name.encode("utf-8")) <= MAXIMUM_BYTES:
        return name
    stem, dot, ending = name.rpartition(".")
    tail = dot + ending
    if not stem or len(tail.encode("utf-8")) > 24:
        stem, tail = name, ""
    kept = stem.encode("utf-8")[: MAXIMUM_BYTES - len(tail.encode("utf-8"))].decode("utf-8", "ignore")
    return kept.rstrip(_EDGES) + tail


def harmful(name: str) -> bool:
    """Whether ``name`` could have left its directory, hidden its extension or named a device."""
    return (
        "/" in name
        or "\\" in name
        or any(unicodedata.category(character) in _DROPPED for character in name)
        or _RESERVED.match(name) is not None
        or not name.strip(". ")
    )
