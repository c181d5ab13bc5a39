"""The compact line: bound by the server's grammar where it has one, the same value as JSON elsewhere, one check for both."""

from __future__ import annotations

from typing import Any

import pytest

from interviewer.errors import EndpointError, ReplyError
from interviewer.llm import ChatClient, Flaw, Line
from interviewer.llm.chances import chances
from interviewer.scripted import ChatRequest, Fault, Reply, ScriptedServer, ScriptError
from tests.contract.llm_calls import connected, use

WORDS = {"k1": "c3", "k2": "-", "kind": "answer"}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {key: {"type": "string", "maxLength": 12} for key in WORDS},
    "required": list(WORDS),
    "additionalProperties": False,
}
REGEX = r"k1=(?:-|[cpx][1-9][0-9]?) k2=(?:-|[cpx][1-9][0-9]?) (?:answer|dont_know)"


def read(text: str) -> dict[str, Any] | Flaw:
    parts = text.split()
    if len(parts) != 3 or not all("=" in part for part in parts[:2]):
        return Flaw("reply_malformed", "a word is missing.")
    return dict(part.split("=") for part in parts[:2]) | {"kind": parts[2]}


LINE = Line(REGEX, read)


def brain(request: ChatRequest) -> Reply | str:
    if request.regex:
        return Reply("k1=c3 k2=- answer", sure={"k1=": 0.75, "k2=": 0.5})
    return Reply(WORDS) if request.schema else "ready"


async def judge(client: ChatClient, **more: Any) -> Any:
    return await client.structured("rules", "talk", SCHEMA, name="assess", max_tokens=60, line=LINE, **more)


@pytest.fixture
def server() -> Any:
    with ScriptedServer(brain) as running:
        yield running


def test_the_line_is_asked_for_where_a_regex_binds(server: ScriptedServer):
    reply = use(server, judge)
    assert reply.value == WORDS
    (request,) = server.requests
    assert request.body["structured_outputs"] == {"regex": REGEX}
    assert "response_format" not in request.body
    assert reply.completion_tokens < 10
    assert reply.text == "k1=c3 k2=- answer"


@pytest.mark.parametrize(
    "kind",
    [
        {"regexes": "ignored"},
        {"regexes": "refused"},
        {"formats": "json_object"},
        {"formats": "ignored"},
        {"formats": "refused", "logprobs": "refused"},
    ],
)
def test_elsewhere_the_same_value_comes_as_json(kind: dict[str, Any]):
    with ScriptedServer(brain, **kind) as other:
        assert not use(other, connected).takes_regex
        reply = use(other, judge)
        assert reply.value == WORDS
        assert "structured_outputs" not in other.requests[-1].body


def test_a_line_from_a_server_that_binds_nothing_is_read_all_the_same():
    with ScriptedServer(lambda request: "Here: k1=c3", formats="refused") as other:
        other.become_brain(lambda request: "k1=c3 k2=- answer")
        assert use(other, judge).value == WORDS


@pytest.mark.parametrize("regexes", ["refused", "broken"])
def test_a_regex_that_is_refused_later_falls_back_to_json(server: ScriptedServer, regexes: Any):
    async def scenario(client: ChatClient) -> Any:
        await client.connect()
        server.become(regexes=regexes)
        first = await judge(client)
        refusals = len(server.refusals)
        return first, await judge(client), refusals

    first, second, refusals = use(server, scenario)
    assert first.value == second.value == WORDS
    assert server.requests[-1].schema == SCHEMA
    # being refused takes time, with retries for a broken engine: it is asked once
    assert len(server.refusals) == refusals > 0


def test_a_server_that_is_away_is_no_reason_to_give_the_line_up(server: ScriptedServer):
    async def scenario(client: ChatClient) -> Any:
        await client.connect()
        server.fail(*[Fault("status", status=500)] * 9)
        with pytest.raises(EndpointError):
            await judge(client)
        server.become_brain(brain)
        return await judge(client)

    assert use(server, scenario).value == WORDS
    assert server.requests[-1].regex


@pytest.mark.parametrize("kind", ["blank", "truncated", "wrong_ids", "malformed"])
def test_a_flawed_line_is_repaired_with_words_for_a_line(server: ScriptedServer, kind: Any):
    def check(value: dict[str, Any]) -> str | None:
        return None if set(value) == set(WORDS) else "an unknown name stands in it."

    server.fail(kind)
    reply = use(server, lambda client: judge(client, check=check))
    assert (reply.value, reply.repairs) == (WORDS, 1)
    assert "the one line alone" in server.requests[1].user
    assert "JSON" not in server.requests[1].user


def test_after_two_repairs_it_is_an_error(server: ScriptedServer):
    server.fail("blank", "blank", "blank")
    with pytest.raises(ReplyError) as caught:
        use(server, judge)
    assert caught.value.details["reason"] == "reply_malformed"
    assert len(server.requests) == 3


def test_a_name_given_twice_in_json_is_a_flaw_and_not_silently_the_last():
    twice = '{"k1": "c3", "k1": "-", "k2": "-", "kind": "answer"}'
    replies: list[Any] = [twice, WORDS]
    with ScriptedServer(lambda request: replies.pop(0), formats="ignored") as other:
        reply = use(other, judge)
        assert (reply.value, reply.repairs) == (WORDS, 1)
        assert "'k1' is given twice" in other.requests[1].user


class TestHowSure:
    def test_the_share_of_the_chosen_letter_among_the_allowed_ones(self, server: ScriptedServer):
        reply = use(server, judge)
        places = {"k1": reply.text.index("c3"), "k2": reply.text.index("- answer")}
        found = chances(reply.tokens, reply.text, places, "cpx-")
        assert found == {"k1": pytest.approx(0.75), "k2": pytest.approx(0.5)}

    def test_a_reply_in_json_has_them_too(self):
        with ScriptedServer(brain, regexes="ignored") as other:
            reply = use(other, judge)
            found = chances(reply.tokens, reply.text, {"k1": reply.text.index("c3")}, "cpx-")
            assert found["k1"] == pytest.approx(0.9)

    @pytest.mark.parametrize("logprobs", ["ignored", "refused"])
    def test_a_server_that_gives_none_is_not_asked_and_nothing_is_made_up(self, logprobs: Any):
        with ScriptedServer(brain, logprobs=logprobs) as other:
            reply = use(other, judge)
            assert reply.value == WORDS
            assert "logprobs" not in other.requests[-1].body
            assert chances(reply.tokens, reply.text, {"k1": 3}, "cpx-") == {"k1": None}

    def test_they_are_not_asked_for_where_the_settings_say_so(self):
        with ScriptedServer(brain) as other:
            reply = use(other, judge, logprobs=False)
            assert reply.value == WORDS
            assert not any("logprobs" in asked.body for asked in (*other.requests, *other.probes))

    @pytest.mark.parametrize(
        ("tokens", "text", "at", "share"),
        [
            ([("k1", 0, {}), ("=", 0, {}), ("c", -0.1, {"p": -2.5}), ("3", 0, {})], "k1=c3", 3, 0.917),
            ([("k1", 0, {}), ("=c3", -0.5, {"=c4": -1.6, "=-": -1.6})], "k1=c3", 3, 0.8),
            ([("k1=", 0, {}), ("c", -1.0, {"p": -1.0, "q": -0.5})], "k1=c", 3, 0.5),
            ([("k1", 0, {}), ("=c", -1.0, {"=": -0.1, "=p": -1.0})], "k1=c", 3, 0.5),
            ([("<think>k1=c</think>", 0, {}), ("k1=", 0, {}), ("p", -1, {"c": -1})], "k1=p", 3, 0.5),
            ([("\u7b54", 0, {}), ("k1=", 0, {}), ("c", -1, {"x": -1})], "\u7b54k1=c", 4, 0.5),
            ([("k1=", 0, {}), ("c", -1, {})], "k1=c", 3, None),
            ([("other", 0, {})], "k1=c", 3, None),
            ([], "k1=c", 3, None),
        ],
    )
    def test_wherever_a_tokeniser_cuts(self, tokens: list[Any], text: str, at: int, share: float | None):
        listed = [
            {"token": token, "logprob": p, "top_logprobs": [{"token": t, "logprob": q} for t, q in others.items()]}
            for token, p, others in tokens
        ]
        found = chances(listed, text, {"it": at}, "cpx-")["it"]
        assert found == (None if share is None else pytest.approx(share, abs=0.001))


class TestScriptedServer:
    @pytest.mark.parametrize(
        "structured",
        [{"regex": "a("}, {"regex": "(?=a)b"}, {"regex": r"(a)\1"}, {"regex": "a", "choice": ["a"]}, {}, "a", {"regex": 3}],
    )  # fmt: skip
    def test_a_bad_pattern_is_refused(self, server: ScriptedServer, structured: Any):
        async def post(client: ChatClient) -> Any:
            body = {
                "model": "scripted",
                "messages": [{"role": "user", "content": "x"}],
                "structured_outputs": structured,
            }
            return await client._transport.post("/chat/completions", body)

        with pytest.raises(EndpointError) as caught:
            use(server, post)
        assert caught.value.details["reason"] == "rejected"

    def test_a_reply_that_does_not_match_is_the_scripts_mistake(self):
        with (
            pytest.raises(ScriptError, match="does not match"),
            ScriptedServer(lambda request: "k1=c3 k2=-") as other,
            pytest.raises((EndpointError, ReplyError)),
        ):
            use(other, judge)

    def test_the_default_brain_says_the_shortest_match(self):
        with ScriptedServer() as plain:
            assert use(plain, judge).value == {"k1": "-", "k2": "-", "kind": "answer"}
