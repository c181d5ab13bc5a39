"""What was said, with the key points its stretches were quoted for, as HTML."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from interviewer.report.render.marks import Piece, runs
from interviewer.report.wording import Words


def said(text: str, spans: Sequence[tuple[int, int, int]], mark: Callable[[Piece], str]) -> str:
    """`text` with each piece of it as `mark` writes it; drawings and code in boxes that keep their columns."""
    shown = ""
    for run in runs(text, spans):
        body = "".join(map(mark, run.pieces))
        shown += f'<code class="drawn" tabindex="0">{body}</code>' if run.drawn else body
    return shown


def marked(words: Words) -> Callable[[Piece], str]:
    """Writes a piece escaped; marked where it was quoted, with the numbers of the points whose quotes end with it."""

    def mark(piece: Piece) -> str:
        if not piece.marks:
            return escape(piece.text)
        title = words.say("chapters", "joiner").join(words.say("question", "mark", n=n) for n in piece.marks)
        numbers = f"<sup>{' '.join(str(n) for n in piece.ends)}</sup>" if piece.ends else ""
        return f'<mark title="{escape(title)}">{escape(piece.text)}{numbers}</mark>'

    return mark
