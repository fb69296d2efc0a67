"""The translation catalogues in resources/locale: renewed from the sources, and checked to be complete and compiled.

``mailflow.pot`` holds every text of the sources, ``*/LC_MESSAGES/mailflow.po`` its translations, ``mailflow.mo`` what gettext reads. None
of them holds a date, so that they change only when a text does.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

DOMAIN = "mailflow"
LANGUAGES = ("ja",)
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "N_": None, "ngettext": (1, 2)}

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_CHURN = re.compile(r'^"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Language-Team)', re.MULTILINE)


def renew(root: Path) -> Sequence[str]:
    """Write every catalogue anew from the sources, keeping the translations; return what is still wrong with them."""
    texts = _extract(root)
    directory = root / "resources" / "locale"
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"{DOMAIN}.pot").write_bytes(_po_bytes(texts))
    for language in LANGUAGES:
        po = _po_file(root, language)
        po.parent.mkdir(parents=True, exist_ok=True)
        catalogue = _read_po(po, language) if po.exists() else _catalogue(language)
        catalogue.update(texts, no_fuzzy_matching=True, update_header_comment=False)
        catalogue.obsolete.clear()
        po.write_bytes(_po_bytes(catalogue))
        po.with_suffix(".mo").write_bytes(_mo_bytes(_read_po(po, language)))
    return findings(root)


def findings(root: Path) -> Sequence[str]:
    """What is wrong with the catalogues: a text without translation, a placeholder lost, an .mo that isn't its .po."""
    texts = _extract(root)
    return [finding for language in LANGUAGES for finding in _findings(root, language, texts)]


def _findings(root: Path, language: str, texts: Catalog) -> Iterator[str]:
    po = _po_file(root, language)
    if not po.exists():
        yield f"{language}: there is no {po.name}"
        return
    catalogue = _read_po(po, language)
    wanted = {message.id: message for message in texts if message.id}
    translated = {message.id: message for message in catalogue if message.id}
    for key, message in wanted.items():
        place = message.locations[0][0] if message.locations else "?"
        if key not in translated or not all(_forms(translated[key].string)):
            yield f"{language}: not translated: {key!r} ({place})"
        elif lost := _placeholders(_forms(key)) ^ _placeholders(_forms(translated[key].string)):
            yield f"{language}: placeholders differ ({', '.join(sorted(lost))}): {key!r} ({place})"
    for key in translated.keys() - wanted.keys():
        yield f"{language}: not in the sources any more: {key!r}"
    mo = po.with_suffix(".mo")
    if not mo.exists() or _compiled(mo.read_bytes()) != _compiled(_mo_bytes(catalogue)):
        yield f"{language}: {mo.name} isn't made from {po.name}; run: python3 -m tests catalogues"


def _forms(text: str | Sequence[str] | None) -> Sequence[str]:
    return ("",) if text is None else (text,) if isinstance(text, str) else tuple(text)


def _placeholders(forms: Iterable[str]) -> set[str]:
    """The names in braces, and the %-placeholders, of any form of a text."""
    names: set[str] = set()
    for form in forms:
        names.update(re.findall(r"%(?:\(\w+\))?[sdr]", form))
        names.update(name for _text, name, _spec, _conversion in Formatter().parse(form) if name is not None)
    return names


def _extract(root: Path) -> Catalog:
    catalogue = _catalogue(None)
    package = root / "mailflow_gui"
    found = extract_from_dir(package, keywords=KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=False)
    for name, _line, text, comments, context in sorted(found, key=lambda one: (one[0], one[1])):
        # Without line numbers: moving a line is no change of a text.
        catalogue.add(
            text, None, [(f"mailflow_gui/{Path(name).as_posix()}", 0)], auto_comments=comments, context=context
        )
    for message in catalogue:
        message.locations = sorted(set(message.locations))
        message.flags.discard("python-format")
        message.flags.discard("python-brace-format")
    return catalogue


def _catalogue(language: str | None) -> Catalog:
    return Catalog(
        locale=language,
        domain=DOMAIN,
        project="MailFlow",
        copyright_holder="MailFlow contributors",
        header_comment="# MailFlow's texts.",
        creation_date=_EPOCH,
        revision_date=_EPOCH,
        fuzzy=False,
    )


def _po_file(root: Path, language: str) -> Path:
    return root / "resources" / "locale" / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def _read_po(file: Path, language: str) -> Catalog:
    with file.open("rb") as stream:
        catalogue = read_po(stream, locale=language, domain=DOMAIN)
    catalogue.creation_date = catalogue.revision_date = _EPOCH
    return catalogue


def _po_bytes(catalogue: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=120, sort_output=True, include_lineno=False)
    lines = buffer.getvalue().decode("utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not _CHURN.match(line)).encode("utf-8")


def _mo_bytes(catalogue: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def _compiled(raw: bytes) -> dict[str, tuple[str, ...]]:
    """What an .mo file says, without its header, which names the program that wrote it."""
    messages: Iterable[Message] = read_mo(io.BytesIO(raw))
    return {str(message.id): tuple(_forms(message.string)) for message in messages if message.id}


if __name__ == "__main__":
    problems = findings(Path(__file__).resolve().parent.parent)
    print("\n".join(problems) or "complete")
    sys.exit(1 if problems else 0)
