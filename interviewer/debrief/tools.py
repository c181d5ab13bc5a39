"""What the debrief's model may look up: this session's result and the notes of the questions asked. Read only.

One rule: a tool tells what is stored; none writes, and none knows a question that was not asked.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache
from importlib.resources import files

from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel, Field, create_model

from interviewer.debrief.record import Record
from interviewer.debrief.sources import Sources
from interviewer.debrief.telling import Telling, for_model

QUESTIONS, PASSAGES = 2, 4
"""Most questions and most passages in one result."""


def tools_of(record: Record, sources: Sources) -> list[BaseTool]:
    """The tools over `record`; what they show of notes is numbered in `sources`."""
    telling, words = Telling(record, sources, for_model), record.words

    def overview() -> str:
        return telling.overview()

    def question(about: str) -> str:
        rows = [row for number in _meant(record, about)[:QUESTIONS] if (row := record.row(number))]
        if not rows:
            return f"{words.say('tools', 'unclear')}\n\n{telling.overview()}"
        return "\n\n".join(telling.question(row) for row in rows)

    def search(query: str, question: int = 0) -> str:
        found = record.find(query, question or None, PASSAGES)
        return "\n\n".join(map(telling.passage, found)) or words.say("passages", "nothing")

    def study_plan() -> str:
        return telling.reading()

    text = str
    about = create_model("About", about=(text, Field(min_length=1, max_length=200, description=_use("question", "about"))))  # fmt: skip
    searched = create_model(
        "Searched",
        query=(text, Field(min_length=1, max_length=200, description=_use("search", "query"))),
        question=(int, Field(default=0, ge=0, le=99, description=_use("search", "question"))),
    )
    nothing = create_model("Nothing")
    made: list[tuple[str, Callable[..., str], type[BaseModel]]] = [
        ("overview", overview, nothing),
        ("question", question, about),
        ("search", search, searched),
        ("study_plan", study_plan, nothing),
    ]
    tools: list[BaseTool] = []
    for name, run, schema in made:
        tools.append(StructuredTool.from_function(run, name=name, description=_use(name, "use"), args_schema=schema))
    return tools


def _meant(record: Record, about: str) -> tuple[int, ...]:
    plain = about.strip().lstrip("#")
    return (int(plain),) if plain.isdigit() and len(plain) < 3 else record.meant(about)


@cache
def _texts() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("prompts") / "debrief" / "tools-v1.toml").read_text("utf8"))


def _use(tool: str, what: str) -> str:
    return _texts()[tool][what]
