from __future__ import annotations

from typing import Literal

from mailflow_gui.mapping.extraction.settings import TableExtraction
from mailflow_gui.mapping.extraction.tables import tabulated


def tables(html: str, layout: Literal["auto", "pairs", "header"] = "auto", *labels: str) -> dict[str, object]:
    return dict(tabulated(html, TableExtraction(kind="table", layout=layout, labels=labels)))


def test_label_cells_beside_value_cells_become_values() -> None:
    html = "<table><tr><th>氏名：</th><td>山田&nbsp;花子</td></tr><tr><td>Order</td><td>A&amp;B<br>second</td></tr></table>"
    assert tables(html) == {"氏名": "山田 花子", "Order": "A&B\nsecond"}
    assert tables(html, "auto", "order") == {"order": "A&B\nsecond"}


def test_headings_above_columns_become_lists() -> None:
    html = "<table><tr><th>Item</th><th>Count</th></tr><tr><td>Pen</td><td>2</td></tr><tr><td>Cup</td><td>1</td></tr></table>"
    assert tables(html) == {"Item": ("Pen", "Cup"), "Count": ("2", "1")}
    plain = html.replace("th>", "td>")
    assert tables(plain, "header") == {"Item": ("Pen", "Cup"), "Count": ("2", "1")}
    assert tables("<table><tr><td>a<td>b<td>c<tr><td>1<td>2<td>3</table>") == {"a": ("1",), "b": ("2",), "c": ("3",)}


def test_two_pairs_in_a_row_are_two_values() -> None:
    assert tables("<table><tr><td>a</td><td>1</td><td>b</td><td>2</td></tr></table>") == {"a": "1", "b": "2"}


def test_tables_within_tables_are_read_by_themselves() -> None:
    html = "<table><tr><td>outer<table><tr><td>in</td><td>1</td></tr></table></td><td>2</td></tr></table>"
    assert tables(html) == {"in": "1", "outer": "2"}


def test_broken_html_is_read_as_far_as_it_goes() -> None:
    assert tables("<table><tr><td>a<td>1<tr><td>b") == {"a": "1"}
    assert tables("</table></td><td>x<tr>") == {}
    assert tables("") == {}
