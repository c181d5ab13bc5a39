"""What a candidate types is shown exactly as typed; code and drawings keep their columns; nothing typed becomes markup."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interviewer.typed import drawn_stretches
from ui.web.talk.bubbles import safe_mermaid, typed

BOXES = "+-----+     +-----+\n|  A  | --> |  B  |\n+-----+     +-----+"


class Read(HTMLParser):
    """The text that a browser shows of a piece of HTML, and its tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.tags = "", []
        self.feed(html)
        self.close()

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


@pytest.mark.parametrize(
    "text",
    [
        "2*32*8 bytes, **not** bold, _nor_ this, `n/2`",
        "# no heading\n- no list\n1. none either\n> no quote",
        "price $5 and $6, a | b, x_1 < y_2 && z > 0",
        "  leading blanks\n\n\n  and empty lines",
        "<img src=x onerror=alert(1)> &lt;b&gt; </div>",
        "[点我](javascript:alert(1)) ![x](http://evil.example/x.png)",
    ],
)
def test_words_are_shown_as_typed(text: str):
    shown = Read(typed(text))
    assert shown.text == text
    assert set(shown.tags) == {"span"}


@given(st.text(alphabet=st.sampled_from("ab 中*_#<>&\"'`|[]()!\n$\\"), max_size=60))
@settings(deadline=None)
def test_whatever_is_typed_is_text_and_nothing_of_it_is_lost(text: str):
    shown = Read(typed(text))
    assert set(shown.tags) <= {"span", "pre", "code"}
    if not drawn_stretches(text):
        assert shown.text == (text if text.strip() else "")


def test_code_and_drawings_keep_their_columns_in_boxes_of_their_own():
    shown = typed(f"先看图：\n\n{BOXES}\n\n再看代码：\n```python\nif a < b:\n    return  1\n```\n完了")
    assert shown.count("<pre") == 2
    assert BOXES.replace(">", "&gt;") in shown
    assert "if a &lt; b:\n    return  1" in shown
    assert "```" not in shown


@pytest.mark.parametrize("source", ["graph LR\n  A --> B", "```mermaid\ngraph LR\n  A --> B\n```"])
def test_mermaid_is_given_to_the_page_to_draw_with_its_source_to_fall_back_on(source: str):
    shown = typed(source)
    assert 'class="mermaid-source"' in shown
    assert "A --&gt; B" in shown


def test_a_drawing_brings_no_html_no_clicks_and_no_settings():
    drawn = safe_mermaid(
        'graph LR\n  A["<img src=x onerror=1>"] --> B\n  click A "javascript:x"\n%%{init: {}}%%\n  B --> C<br/>D'
    )
    assert "<img" not in drawn
    assert "click" not in drawn
    assert "init" not in drawn
    assert "<br/>" in drawn
