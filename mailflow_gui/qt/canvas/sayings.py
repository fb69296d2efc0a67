"""One-line messages about what was done, for the person who did it."""

from __future__ import annotations

from collections.abc import Sequence

from mailflow_gui.language import _, ngettext


def deleted(titles: Sequence[str], links: int) -> str:
    """What was deleted: nodes by their titles, and how many links went with them."""
    if not titles:
        return ngettext("{count} link deleted", "{count} links deleted", links).format(count=links)
    if links < 1:
        if len(titles) == 1:
            return _("{node} deleted").format(node=titles[0])
        return ngettext("{count} node deleted", "{count} nodes deleted", len(titles)).format(count=len(titles))
    if len(titles) == 1:
        text = ngettext("{node} deleted with {links} link", "{node} deleted with {links} links", links)
        return text.format(node=titles[0], links=links)
    text = ngettext("{count} nodes deleted with {links} link", "{count} nodes deleted with {links} links", links)
    return text.format(count=len(titles), links=links)
