"""What whoever takes an interview is told of any failure: no address of a server, no path of a file, whatever the error holds."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

import interviewer.errors
import knowledge.errors
from interviewer.errors import EndpointError
from interviewer.llm import EndpointSettings, failures
from interviewer.llm.failures import Reason
from knowledge.errors import UserFacingError
from ui.texts import explain, explain_to_candidate, texts

ROOT = Path(__file__).parents[2]
URL, KEPT = "http://gpu-box.corp.example:8000/v1", "/srv/banks/secret/notes/kv.md"
WHAT = f"{URL} failed with {KEPT} and C:\\Users\\ops\\interviews.db."
FIX = f"Look at {URL}/models; INTERVIEWER_MODEL__BASE_URL and index.url say where; start `vllm serve`."
PLACES = re.compile(
    r"https?://|gpu-box|/srv/|[A-Z]:\\|\.(?:md|db|toml|gguf|py)\b|INTERVIEWER_|index\.url|Traceback|vllm"
)


def kinds() -> Iterator[type[UserFacingError]]:
    waiting: list[type[UserFacingError]] = [UserFacingError]
    assert interviewer.errors
    assert knowledge.errors
    while waiting:
        kind = waiting.pop()
        yield kind
        waiting += kind.__subclasses__()


def made(kind: type[UserFacingError]) -> UserFacingError:
    """One of its kind whose words and details that name places are full of them; what a person typed is theirs."""
    details: dict[str, Any] = dict.fromkeys(
        ("place", "path", "file", "url", "base_url", "server", "proxy", "why", "where", "root", "folder"),
        f"{URL} {KEPT}",
    )
    blanks = (re.findall(r"\{(\w+)", texts(language)["errors"].get(kind.code, "")) for language in ("en", "zh"))
    typed = dict.fromkeys({one for found in blanks for one in found} - {"what", "fix"}, 7)
    return kind(WHAT, FIX, **(typed | details))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", sorted(set(kinds()), key=lambda kind: kind.__name__), ids=lambda kind: kind.__name__)
def test_no_error_names_a_place_to_a_candidate(kind: type[UserFacingError], language: str) -> None:
    said = explain_to_candidate(made(kind), language)
    assert said.strip()
    assert PLACES.findall(said) == [], said
    assert bool(re.search("[\u4e00-\u9fff]", said)) == (language == "zh")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("reason", get_args(Reason))
def test_no_reason_of_an_endpoint_names_a_place_to_a_candidate(reason: Reason, language: str) -> None:
    values: dict[str, Any] = dict.fromkeys(
        ("server_text", "refusal", "why", "proxy", "variable", "model", "character", "scheme", "host", "location"), URL
    )
    values |= {"seconds": 5, "status": 500, "served": (URL, KEPT)}
    for section in ("model", "speech", "embedding"):
        error = failures.failure(reason, EndpointSettings(base_url=URL, section=section), **values)
        assert isinstance(error, EndpointError)
        said = explain_to_candidate(error, language)
        assert PLACES.findall(said) == [], said


def test_the_check_sees_what_operators_are_told() -> None:
    for kind in kinds():
        if kind.code in ("store_unusable", "bank_unreadable", "endpoint_unusable"):
            assert PLACES.search(explain(made(kind), "en"))


@pytest.mark.parametrize(
    "room",
    [
        "ui/web/talk",
        "ui/web/start",
        "ui/web/result",
        "ui/web/again",
        "ui/web/mine",
        "ui/web/self_marking",
        "ui/web/debrief",
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_words_of_candidates_pages_hold_no_place(room: str, language: str) -> None:
    words = tomllib.loads((ROOT / room / "words" / f"{language}.toml").read_text("utf8"))
    assert [
        text for text in texts_of(words) if re.search(r"https?://|INTERVIEWER_|\{base_url\}|\{path\}|\{place\}", text)
    ] == []


def texts_of(words: Any) -> Iterator[str]:
    if isinstance(words, dict):
        for one in words.values():
            yield from texts_of(one)
    elif isinstance(words, str):
        yield words
