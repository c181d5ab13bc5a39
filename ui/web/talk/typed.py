"""What a candidate typed, as a chat shows it: exactly as typed, but code as code and drawings drawn.

The one rule: nothing typed becomes Markdown or HTML, and nothing typed makes the browser ask another server for anything.
A chat reads Markdown, which would eat signs (`2*32*8` loses its stars); so words go into it as one piece of escaped HTML.
"""

from __future__ import annotations

import re

from interviewer.typed import is_drawing, is_mermaid

_FENCE = re.compile(r"(^```.*?^```[ \t]*$)", re.S | re.M)
_CODE = re.compile(r"((?<!`)`[^`\n]+`(?!`))")
_SIGN = re.compile(r"[!-/:-@\[-`{-~\n]")


def drawn(text: str) -> str:
    """`text` as Markdown that shows it: fenced code kept, drawings that nobody fenced put into a fence, the rest as typed."""
    parts = [_fenced(one) if n % 2 else _loose(one) for n, one in enumerate(_FENCE.split(_closed(text)))]
    return "\n\n".join(part for part in parts if part)


def _fenced(code: str) -> str:
    """Code as typed; of a Mermaid drawing only what draws: no HTML but line breaks, no clicks, no settings of its own."""
    if not re.match(r"```\s*mermaid\b", code):
        return code
    drawing = re.sub(r"^[ \t]*(click\b|%%\{).*$", "", code, flags=re.M)
    return re.sub(r"<(?=/?[a-zA-Z!])(?!br\s*/?>)", "#lt;", drawing)


def _closed(text: str) -> str:
    """A fence that was opened but never closed is closed at the end, so that it cannot swallow the page."""
    fences = re.findall(r"^```", text, re.M)
    return f"{text}\n```" if len(fences) % 2 else text


def _loose(text: str) -> str:
    """What stands outside any fence: a drawing goes into one, everything else is words."""
    parts, words = list[str](), ""
    for piece in re.split(r"(\n[ \t]*\n)", text):
        if shown := _drawing(piece):
            parts += [plain(words), shown]
            words = ""
        else:
            words += piece
    return "\n\n".join(part for part in (*parts, plain(words)) if part)


def _drawing(text: str) -> str:
    if is_mermaid(text):
        return _fenced(f"```mermaid\n{text.strip()}\n```")
    body = text.strip("\n")
    return f"```text\n{body}\n```" if is_drawing(text) else ""


def plain(text: str) -> str:
    """Words as typed, with their signs, blanks and line ends; inline code in its own type, with the signs around it. Nothing for nothing."""
    body = text.strip("\n")
    if not body.strip():
        return ""
    parts = [f"<code>{_escaped(one)}</code>" if n % 2 else _escaped(one) for n, one in enumerate(_CODE.split(body))]
    return f'<p class="typed">{"".join(parts)}</p>'


def _escaped(text: str) -> str:
    """Every sign that Markdown or HTML could take for its own as a number, also line ends: a blank line would end the HTML."""
    return _SIGN.sub(lambda sign: f"&#{ord(sign[0])};", text)
