"""Tables of questions: which column holds what, in Markdown, CSV, XLSX and DOCX alike.

Its rule: a table whose columns name no question is read only where one column plainly asks; else it is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from knowledge.adopt.asking import asks
from knowledge.adopt.desk import Desk
from knowledge.adopt.inline import Said, one_line, question_of, say
from knowledge.adopt.nodes import Node, Row
from knowledge.adopt.reading import Asked, Where
from knowledge.adopt.structure import Head, head_of
from knowledge.adopt.vocabulary import ANSWER_WORD, Column, column_of

SEARCHED_ROWS = 20
"""Rows from the top among which the header is looked for."""
_TITLES = re.compile(r"^(?:title|标题|内容)$", re.IGNORECASE)
_SPLIT = re.compile(r"\n+|[;；]\s*(?=\S)|(?<=[?？])\s*(?=\S)")


@dataclass(slots=True)
class Columns:
    """Places of the columns, and the index of the first row below the header."""

    place: dict[Column, int]
    begin: int


def read_table(desk: Desk, node: Node, note: Callable[[Said], str], *, fill: bool = False) -> list[Asked]:
    """Ask the questions of a table; empty, with nothing marked, where it holds none. `fill` carries empty chapter cells down."""
    columns = columns_of(node)
    if columns is None or _is_contents(node, columns):
        if columns is not None:
            desk.mark(node, "contents")
        return []
    for row in node.rows[: columns.begin]:
        desk.mark_lines(row.line, row.line, "label")
    asked: list[Asked] = []
    fill = fill or desk.file.unit != "line"
    carried: dict[Column, str] = {}
    opened: dict[str, str] = {}
    for row in node.rows[columns.begin :]:
        cells: dict[Column, str] = {column: _text(row, place) for column, place in columns.place.items()}
        if not any(cells.values()) and not any(cell.strip() for cell in row.cells):
            continue
        for column in ("chapter", "section", "topic"):
            if fill and column in cells:
                carried[column] = cells[column] = cells[column] or carried.get(column, "")
        if fill and asked and not cells["question"] and _goes_on(asked[-1], row, cells, desk):
            continue
        one = _ask(desk, row, cells, note, opened)
        if one is not None:
            asked.append(one)
    desk.mark(node, "layout")
    return asked


def _goes_on(asked: Asked, row: Row, cells: dict[Column, str], desk: Desk) -> bool:
    """A row without a question whose answer goes on from the row above, as merged cells leave it."""
    more = [cells[column] for column in ("reference", "points", "follow_up") if cells.get(column)]
    if not more:
        return False
    asked.reference = "\n".join(piece for piece in (asked.reference, cells.get("reference", "")) if piece)
    asked.points += [one_line(say(piece).text) for piece in _pieces(cells.get("points", ""))]
    asked.follow_ups += [one_line(question_of(say(piece)).text) for piece in _pieces(cells.get("follow_up", ""))]
    desk.mark_lines(row.line, row.last, "reference")
    return True


def columns_of(node: Node) -> Columns | None:
    """The columns of a table of questions, by its header or by what stands in them."""
    for index, row in enumerate(node.rows[: 1 if node.header else SEARCHED_ROWS]):
        named: dict[Column, int] = {}
        for place, cell in enumerate(row.cells):
            column = column_of(cell)
            if column is not None and column not in named:
                named[column] = place
        if "question" in named and (len(row.cells) == 1 or len([c for c in row.cells if c.strip()]) >= 1):
            if _TITLES.match(row.cells[named["question"]].strip()):
                better = next(
                    (
                        p
                        for p, cell in enumerate(row.cells)
                        if column_of(cell) == "question" and not _TITLES.match(cell.strip())
                    ),
                    None,
                )
                named["question"] = better if better is not None else named["question"]
            return Columns(named, index + 1)
    return _by_content(node)


def _by_content(node: Node) -> Columns | None:
    """Without a header that says it: the column in which at least three of five cells ask plainly."""
    begin = 1 if node.header else 0
    body = node.rows[begin : begin + 200]
    if len(body) < 2:
        return None
    width = max(len(row.cells) for row in body)
    best: tuple[float, int] = (0.0, -1)
    for place in range(width):
        cells = [cell for row in body if (cell := _text(row, place))]
        asking = sum(asks(cell) == 3 for cell in cells)
        if len(cells) * 2 >= len(body) and asking * 5 >= len(cells) * 3:
            best = max(best, (asking / len(cells), place))
    if best[1] < 0:
        return None
    named: dict[Column, int] = {"question": best[1]}
    if node.header:
        for place, cell in enumerate(node.rows[0].cells):
            column = column_of(cell)
            if column is not None and column not in named and place != best[1]:
                named[column] = place
    following = [p for p in range(width) if p not in named.values() and p > best[1]]
    long = next((p for p in following if sum(len(_text(row, p)) for row in body) > 12 * len(body)), None)
    if long is not None and "reference" not in named:
        named["reference"] = long
    return Columns(named, begin)


def _is_contents(node: Node, columns: Columns) -> bool:
    """A table of contents: its questions are links to places on the same page."""
    place = columns.place["question"]
    cells = [_text(row, place) for row in node.rows[columns.begin : columns.begin + 200]]
    links = [say(cell).links for cell in cells if cell]
    entries = [bool(found) and all(link.target.startswith("#") for link in found) for found in links]
    return sum(entries) * 10 >= len(entries) * 7 and len(entries) > 0


def _text(row: Row, place: int) -> str:
    return row.cells[place].strip() if place < len(row.cells) else ""


def _ask(
    desk: Desk, row: Row, cells: dict[Column, str], note: Callable[[Said], str], opened: dict[str, str]
) -> Asked | None:
    raw = cells["question"]
    if not raw:
        if any(cells.get(name) for name in ("reference", "points", "follow_up")):
            desk.leave_lines(row.line, row.line, "empty_question")
        else:
            _heading_row(desk, row, opened)
        return None
    said = say(raw, desk.tidied.references)
    if said.struck:
        desk.leave_lines(row.line, row.line, "struck_out")
        return None
    _open(desk, row, cells, opened)
    node = Node("item", row.line, row.last, ((row.line, raw),))
    asked = desk.ask(question_of(said), node)
    answer = cells.get("reference", "")
    if answer:
        link = say(answer, desk.tidied.references)
        if link.links and ANSWER_WORD.fullmatch(link.text or " "):
            target = note(link)
            asked.link = asked.link or target
            asked.web = asked.web if target else (*asked.web, *(one.target for one in link.links))
        else:
            asked.reference = re.sub(r"\s*<br\s*/?>\s*", "\n", answer)
            asked.came_with.append(Where(desk.name, row.line, row.line))
    asked.follow_ups = [one_line(question_of(say(piece)).text) for piece in _pieces(cells.get("follow_up", ""))]
    asked.points = [one_line(say(piece).text) for piece in _pieces(cells.get("points", ""))]
    asked.focus = [one_line(say(piece).text) for piece in _pieces(cells.get("focus", ""))]
    asked.sources = _pieces(cells.get("sources", ""))
    asked.dimension = one_line(say(cells.get("dimension", "")).text)
    asked.given_id = cells.get("id", "")
    if rubric := cells.get("rubric", ""):
        asked.points += [one_line(say(piece).text) for piece in _pieces(rubric)]
    if level := one_line(say(cells.get("difficulty", "")).text):
        asked.tags = (*asked.tags, level)
    return asked


def _pieces(text: str) -> list[str]:
    return [piece.strip(" -*•") for piece in _SPLIT.split(re.sub(r"<br\s*/?>", "\n", text)) if piece.strip(" -*•")]


def _open(desk: Desk, row: Row, cells: dict[Column, str], opened: dict[str, str]) -> None:
    """Chapter, section and topic of a row, opened when they change."""
    chapter, section, topic = (one_line(say(cells.get(name, "")).text) for name in ("chapter", "section", "topic"))
    if chapter and chapter != opened.get("chapter"):
        known = next(
            (one for one in desk.chapters if one.title == head_of(chapter).title and one.file == desk.name), None
        )
        if desk.heads and not opened:
            desk.open_section(head_of(chapter), row.line)
        elif known is not None:
            desk.reopen(known)
        elif desk.heads and opened.get("nested"):
            desk.open_section(head_of(chapter), row.line)
        else:
            desk.open_chapter(head_of(chapter), row.line)
            opened["top"] = "1"
        if not opened.get("top"):
            opened["nested"] = "1"
        opened["chapter"] = chapter
        opened.pop("section", None)
        opened.pop("topic", None)
    if section and section != opened.get("section"):
        desk.open_section(head_of(section), row.line)
        opened["section"] = section
        opened.pop("topic", None)
    if topic and topic != opened.get("topic"):
        desk.open_topic(topic, 0, row.line)
        opened["topic"] = topic


def _heading_row(desk: Desk, row: Row, opened: dict[str, str]) -> None:
    """A row with one filled cell over the others: a heading in a table."""
    filled: Sequence[str] = [cell for cell in row.cells if cell.strip()]
    if len(set(filled)) == 1 and len(filled[0]) <= 60:
        desk.open_section(Head(one_line(say(filled[0]).text)), row.line)
        desk.mark_lines(row.line, row.line, "section")
    else:
        desk.mark_lines(row.line, row.line, "note")
