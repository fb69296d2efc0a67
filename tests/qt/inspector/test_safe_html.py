from __future__ import annotations

import base64
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, strategies
from PySide6.QtCore import QBuffer, QIODevice, QUrl
from PySide6.QtGui import QImage, QTextDocument
from pytestqt.qtbot import QtBot

from mailflow_gui.qt.inspector import plain, safe_html, table_choice
from mailflow_gui.qt.inspector.browser import SafeBrowser
from mailflow_gui.qt.inspector.preview import LinkBar
from mailflow_gui.qt.inspector.reading import decoded_picture
from tests.qt.inspector.hands import click


def cleaned(markup: str) -> str:
    return safe_html.make(markup, {}).html


def png(colour: str, width: int = 40, height: int = 30) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(colour)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs want bytes, Qt takes both
    return bytes(buffer.data().data())


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """An HTTP server on this machine: its address, and every path that anybody asked for."""
    paths: list[str] = []

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(png("red"))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the library's name)
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", paths
        server.shutdown()
        thread.join()


def loading(address: str) -> str:
    """Every way that anybody has thought of to have something loaded."""
    return f"""<html><head><link rel=stylesheet href="{address}/style.css"><meta http-equiv=refresh content="0;url={address}/meta">
    <base href="{address}/"><style>@import url({address}/import.css); body {{ background: url({address}/body.png) }}</style></head>
    <body background="{address}/background.png"><img src="{address}/plain.png"><img src="relative.png"><img srcset="{address}/set.png 1x">
    <img src="//{address[7:]}/scheme.png"><table background="{address}/table.png">
    <tr><td background="{address}/cell.png">cell</td></tr></table>
    <p style="background-image: url({address}/style.png)">styled</p><iframe src="{address}/frame"></iframe><object data="{address}/object">
    </object><embed src="{address}/embed"><video src="{address}/video" poster="{address}/poster"></video><audio src="{address}/audio">
    <svg><image href="{address}/svg.png"/><use href="{address}/use.svg#a"/></svg><input type=image src="{address}/input.png">
    <script src="{address}/script.js"></script><a href="{address}/link" ping="{address}/ping">link</a>
    <ul style="list-style-image: url({address}/list.png)"><li>entry</ul><img src="cid:unknown"><IMG SRC=&#104;ttp://x/{address}></body></html>"""


def test_nothing_is_asked_of_a_server(qtbot: QtBot, asked: tuple[str, list[str]]) -> None:
    address, paths = asked
    browser = SafeBrowser()
    qtbot.addWidget(browser)
    browser.resize(400, 300)
    browser.show()
    safe = safe_html.make(loading(address), {})
    browser.show_html(safe.html, {})
    browser.grab()
    # Even what the cleaning should miss loads nothing.
    browser.show_html(loading(address), {})
    browser.grab()
    qtbot.wait(200)
    assert paths == []
    assert "cell" in safe.html
    assert safe.left_out >= 3
    assert address not in safe.html.replace(f'href="{address}/link"', "")


def test_a_picture_of_this_machine_is_not_drawn(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "secret.png"
    file.write_bytes(png("red", 200, 200))
    markup = "".join(
        f'<img src="{address}">' for address in (file.as_uri(), str(file), f"file:{file}", "secret.png", f"qrc:{file}")
    )
    browser = SafeBrowser()
    qtbot.addWidget(browser)
    browser.resize(400, 300)
    browser.show()
    for shown in (safe_html.make(markup, {}).html, markup):
        browser.show_html(shown, {})
        image = browser.grab().toImage()
        assert "#ff0000" not in {
            image.pixelColor(x, y).name() for x in range(0, image.width(), 4) for y in range(0, image.height(), 4)
        }
    assert ".png" not in safe_html.make(markup, {}).html


@pytest.mark.parametrize("source", ["cid:logo%40mail", "data"])
def test_a_picture_that_the_mail_brings_along_is_drawn(qtbot: QtBot, source: str) -> None:
    content = png("red", 200, 200)
    address = "data:image/png;base64," + base64.b64encode(content).decode() if source == "data" else source
    safe = safe_html.make(f'<p>Look:</p><img src="{address}">', {"logo@mail": content})
    pictures = {name: decoded_picture(picture) for name, picture in safe.pictures.items()}
    browser = SafeBrowser()
    qtbot.addWidget(browser)
    browser.resize(400, 300)
    browser.show()
    browser.show_html(safe.html, {name: picture for name, picture in pictures.items() if picture is not None})
    image = browser.grab().toImage()
    red = sum(image.pixelColor(x, y).name() == "#ff0000" for x in range(0, 400, 10) for y in range(0, 300, 10))
    assert red > 200
    assert safe.left_out == 0
    assert len(safe.html) < 200


def test_only_plain_kinds_of_pictures_are_decoded(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(png("red"))
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{(tmp_path / "secret.png").as_uri()}"/></svg>'
    assert decoded_picture(svg.encode()) is None
    assert decoded_picture(b"\x89PNG\r\n\x1a\n" + b"broken" * 10) is None
    assert decoded_picture(b"") is None
    large = decoded_picture(png("red", 5000, 20))
    assert large is not None
    assert large.width() == 1600


def test_a_resource_of_any_kind_is_a_single_transparent_dot(qtbot: QtBot) -> None:
    browser = SafeBrowser()
    qtbot.addWidget(browser)
    for kind in QTextDocument.ResourceType:
        for name in ("file:///etc/passwd", "http://127.0.0.1:9/x", "x.css", "inline:7", "qrc:/x", ":/x"):
            answer = browser.loadResource(kind.value, QUrl(name))
            assert isinstance(answer, QImage)
            assert (answer.width(), answer.height(), answer.pixelColor(0, 0).alpha()) == (1, 1, 0)


BOMBS = {
    "nested tables": "<table><tr><td>" * 200 + "hello world " * 500,
    "a word of 1 MB": "<p>" + "x" * 1_000_000,
    "a word across tags": "<b>" + ("x" * 150 + "</b><b>") * 6_000,
    "100,000 nested divs": "<div>" * 100_000,
    "distinct unclosed formatting": "".join(f"<b id={number}>" for number in range(20_000)) + "<p>x" * 20_000,
    "unclosed quotes": '<a "' * 100_000 + "'",
    "a million of <": "<" * 1_000_000,
    "unclosed comments": "<!--" * 250_000,
    "attributes": "<a " + "a=b " * 200_000 + ">",
    "an attribute of 1 MB": "<img " + "a" * 1_000_000 + ">",
    "20,000 rows": "<table>" + "<tr><td>a</td><td>b</td></tr>" * 20_000,
    "20,000 columns": "<table><tr>" + "<td>a</td>" * 20_000,
    "spans": "<table><tr><td colspan=9999 rowspan=9999>x</td></tr></table>" * 2_000,
    "lists": "<ul><li>" * 5_000,
    "entities": "&" * 1_000_000,
    "accents": "a" + "\u0301" * 500_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_is_shown_of_a_bomb_is_small(qtbot: QtBot, name: str) -> None:
    safe = safe_html.make(BOMBS[name], {})
    # What Qt's layout takes long for: tables in tables, long words, many elements, much text.
    depth = deepest = 0
    for part in safe.html.split("<")[1:]:
        depth += part.startswith("table") - part.startswith("/table")
        deepest = max(deepest, depth)
    assert deepest <= table_choice.MAXIMUM_DEPTH
    assert safe.html.count("<td") <= table_choice.MAXIMUM_CELLS
    assert safe.html.count("<") < 4 * safe_html.MAXIMUM_ELEMENTS
    browser = SafeBrowser()
    qtbot.addWidget(browser)
    browser.show_html(safe.html, {})
    text = browser.toPlainText()
    assert len(text) < 1.2 * safe_html.MAXIMUM_TEXT
    assert max(map(len, text.replace("\u200b", " ").split()), default=0) <= 2 * safe_html.MAXIMUM_WORD


@pytest.mark.parametrize(
    ("markup", "kept"),
    [
        ("<p>a<br>b", "<p>a<br>b</p>"),
        ("<script>alert(1)</script>text<style>p{}</style>", "text"),
        ('<a href="javascript:alert(1)">x</a>', "<a>x</a>"),
        ('<a href="java\nscript:alert(1)">x</a>', "<a>x</a>"),
        (
            '<a href=" https://example.com/?a=1&amp;b=2 " onclick="x()">x</a>',
            '<a href="https://example.com/?a=1&amp;b=2">x</a>',
        ),
        ('<a href="file:///etc/passwd">x</a>', "<a>x</a>"),
        ('<p onclick="x" style="color:red" class=a id=b>x</p>', "<p>x</p>"),
        ("<ul><li>one<li>two</ul>", "<ul><li>one</li><li>two</li></ul>"),
        ("<title>x</title><b>bold", "<b>bold</b>"),
        ("5 < 6 &lt;b&gt;", "5 &lt; 6 &lt;b&gt;"),
        ('<img src="http://example.com/a.png" alt="A &lt;b&gt; logo">', "[A &lt;b&gt; logo]"),
        (
            "<table>loose<tr><td>a<td>b",
            "<table><tbody><tr><td>loose</td></tr><tr><td>a</td><td>b</td></tr></tbody></table>",
        ),
        ("<table>loose<tr><td>cell", "<div><div>loose</div><div>cell</div></div>"),
        ("<p>a<table><tr><td>b</table>c", "<p>a</p><div><div>b</div></div>c"),
        ("<form><input value=x><button>press</button></form>", "press"),
        ("<!-- a --><![CDATA[ b ]]><?php c ?>d", "d"),
        ("a\u202egpj.exe", "agpj.exe"),
    ],
)
def test_little_markup_is_kept(markup: str, kept: str) -> None:
    assert cleaned(markup) == kept


def test_a_table_inside_wrappers_stays_a_table() -> None:
    """A newsletter's wrappers have one column each; what they hold is the table."""
    wrapped = "<table><tr><td>" * 6 + "<table><tr><th>Item<th>Price<tr><td>Tea<td>4.50</table>" + "</table>" * 6
    assert cleaned(wrapped).replace("<div>", "").replace("</div>", "") == (
        "<table><tbody><tr><th>Item</th><th>Price</th></tr><tr><td>Tea</td><td>4.50</td></tr></tbody></table>"
    )


def test_a_table_too_deep_inside_others_becomes_lines(qtbot: QtBot) -> None:
    deep = "<table><tr><td>left<td>" * 5 + "right" + "</table>" * 5
    html = cleaned(deep)
    assert html.count("<table") == table_choice.MAXIMUM_DEPTH
    browser = SafeBrowser()
    qtbot.addWidget(browser)
    browser.show_html(html, {})
    assert browser.toPlainText().split() == ["left"] * 5 + ["right"]


def test_the_end_of_a_table_that_was_left_out_ends_no_other() -> None:
    deep = "<table><tr><td>a<td>" * 60 + "</table>" * 60 + "<p>after"
    assert cleaned(deep).endswith("<p>after</p>")


def test_a_long_line_of_plain_text_is_laid_out_in_pieces() -> None:
    assert plain.short_lines("x" * 25 + "\nyy", 10) == "x" * 10 + "\n" + "x" * 10 + "\n" + "x" * 5 + "\nyy"


@given(strategies.text(alphabet=strategies.sampled_from("<>/=\"'& \nabptdri!-:;hrefsc"), max_size=200))
def test_whatever_comes_the_result_cleans_to_itself(markup: str) -> None:
    once = cleaned(markup)
    assert cleaned(once) == once


def test_a_link_is_shown_first_and_opened_by_its_button_alone(qtbot: QtBot) -> None:
    bar = LinkBar()
    qtbot.addWidget(bar)
    opened: list[str] = []
    bar.opener = lambda url: opened.append(url.toString())
    bar.show()
    bar.hide()
    for refused in ("file:///etc/passwd", "javascript:alert(1)", "ftp://example.com", "x"):
        bar.offer(refused)
        assert bar.isHidden()
    bar.offer("https://еxample.com/päth?<b>")
    assert not bar.isHidden()
    assert bar.address.text() == "https://xn--xample-2of.com/p%C3%A4th?%3Cb%3E"
    assert opened == []
    click(bar.open)
    assert opened == ["https://еxample.com/päth?%3Cb%3E"]
    assert bar.isHidden()


def test_a_line_stays_a_line() -> None:
    assert plain.one_line("a\r\nb\x00\u2028c\u202ed\u2066e") == "a b cde"
    assert plain.one_line("x" * 2000).endswith("x…")
    assert len(plain.one_line("e" + "\u0301" * 500)) == 5
    assert plain.lines("a\r\nb\rc\n\td\x07\u202e") == "a\nb\nc\n\td"
