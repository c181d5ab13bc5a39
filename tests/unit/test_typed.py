"""What a candidate types is shown as text, code or a drawing, and never as HTML or as a picture from elsewhere."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ui.web.talk.typed import drawn

BOXES = "+-----+     +-----+\n|  A  | --> |  B  |\n+-----+     +-----+"
ROUND = "┌──┐\n│ A│\n└──┘"


def test_a_drawing_nobody_fenced_is_put_into_a_fence_as_it_stands():
    assert f"```text\n{BOXES}\n```" in drawn(f"先看图：\n\n{BOXES}\n\n然后 A 调 B。")
    assert f"```text\n{ROUND}\n```" in drawn(ROUND)


@pytest.mark.parametrize("first", ["graph LR", "flowchart TD", "sequenceDiagram", "stateDiagram-v2"])
def test_mermaid_without_a_fence_is_drawn(first):
    assert drawn(f"{first}\n  A --> B").strip() == f"```mermaid\n{first}\n  A --> B\n```"


@pytest.mark.parametrize(
    "text",
    [
        "prefill 并行，decode 串行。\n吞吐 -> 延迟 两者要权衡。",
        "1. 先排队\n2. 再分块\n3. 最后抢占",
        "| 阶段 | 瓶颈 |\n|---|---|\n| prefill | 算力 |",
        "a | b\nc | d",
        "x = a - b -- c",
    ],
)
def test_prose_lists_and_tables_are_no_drawings(text):
    assert "```" not in drawn(text)


def test_fenced_code_stays_as_typed_and_inline_code_has_its_own_type():
    fence = '```python\nif a < b and c > "d":\n    print(f"![x](http://e.example/x.png)")\n```'
    assert drawn(fence) == fence
    before, kept, after = drawn(f"先看：\n\n{fence}\n\n用 `a < b` 判断").partition(fence)
    assert (read(before), kept) == ("先看：", fence)
    assert "<code>&#96;a &#60; b&#96;</code>" in after


def read(markdown):
    """What a browser shows of a Markdown text, as text."""
    shown = MarkdownIt("commonmark", {"html": True}).render(markdown)
    return unescape(re.sub(r"<[^>]*>", "", shown)).strip("\n")


@pytest.mark.parametrize(
    "text",
    [
        "2*32*8 = 512，*不是斜体*，**也不是粗体**",
        "__init__ 和 a_b_c_d",
        "# 不是标题\n## 也不是",
        "- 一\n- 二\n\n1. 三\n1) 四",
        "> 引用\n=====\n---\n***",
        "价格 $5$ 和 $$x^2$$，\\(a\\)，反斜杠 \\* \\\\",
        "    四个空格开头\n\t制表符\n  两个",
        "<b>不加粗</b> &lt; &amp; <!-- x --> <br>",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "http://example.com/x_y_z <http://a.example> me@example.com",
        "一行\n二行\n\n\n三行  \n四行",
        "~~删~~ ==亮== :smile: ![x](y) [a](b) [^1]",
        "看 ``` 不在行首的 ``` 一半",
        "单个 ` 反引号",
    ],
)
def test_words_are_shown_exactly_as_typed(text):
    assert read(drawn(text)) == text


@given(st.text(alphabet="ab1 *_#$<>&![]()\\\n\t|+-.~=\"'", max_size=80))
def test_whatever_is_typed_outside_code_is_shown_as_typed(text):
    shown = drawn(text)
    if "```" not in shown:
        assert read(shown) == (text.strip("\n") if text.strip() else "")


def test_a_fence_left_open_ends_with_the_answer():
    assert drawn("```python\nx = 1").endswith("\n```")
    assert drawn("```\nx = 1\n```") == "```\nx = 1\n```"


@pytest.mark.parametrize(
    "text",
    [
        "![x](http://evil.example/x.png)",
        '<img src=x onerror="alert(1)">',
        "<script>alert(1)</script>",
        "</div><iframe src='http://evil.example'></iframe>",
        "[点我](javascript:alert(1))",
        "![x][y]\n\n[y]: http://evil.example/x.png",
        "&lt;img src=x&gt;",
    ],
)
def test_nothing_typed_becomes_an_image_a_link_or_html(text):
    shown = MarkdownIt("commonmark", {"html": True}).render(drawn(text))
    for tag in ("<img", "<script", "<iframe", "</div", "<a "):
        assert tag not in shown


@given(st.text(alphabet="ab<>&![]()`\n |+-\\\"'", max_size=120))
def test_no_tag_survives_whatever_is_typed(text):
    shown = MarkdownIt("commonmark", {"html": True}).render(drawn(text))
    allowed = shown
    for tag in ("p", "pre", "code", "ul", "ol", "li", "em", "strong", "h1", "h2", "h3", "blockquote", "hr", "br"):
        for form in (
            f"<{tag}>",
            f'<{tag} class="typed">',
            f"</{tag}>",
            f"<{tag} />",
            f'<{tag} class="language-text">',
            f'<{tag} class="language-mermaid">',
        ):
            allowed = allowed.replace(form, "")
    assert "<a " not in allowed
    assert "<img" not in allowed
    assert "<" not in allowed.replace('<code class="language-', "").replace('<ol start="', "")


def test_a_mermaid_drawing_holds_no_html_no_clicks_and_no_settings():
    typed = '```mermaid\n%%{init: {"securityLevel": "loose"}}%%\ngraph LR\n  A["<img src=x>一<br/>二"] --> B\n  click A "javascript:x"\n```'
    shown = drawn(typed)
    assert "<img" not in shown
    assert "click" not in shown
    assert "init" not in shown
    assert "一<br/>二" in shown
    assert "-->" in shown
