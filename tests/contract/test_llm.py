"""The endpoint client against a real HTTP server: what it asks, what it learns of the server, what it makes of replies."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from interviewer.errors import EndpointError, ReplyError
from interviewer.llm import ChatClient, EndpointSettings, Flaw
from interviewer.scripted import ChatRequest, Fault, Reply, ScriptedServer
from interviewer.scripted.replies import THOUGHT
from interviewer.scripted.rules import count_tokens
from tests.contract.llm_calls import SCHEMA, SOUND, WORDS, Pace, ask, brain, connected, refused, use, words


class TestAsking:
    def test_a_structured_reply_carries_value_model_and_counts(self, server: ScriptedServer) -> None:
        reply = use(server, ask)
        assert reply.value == SOUND
        assert reply.model == "scripted"
        assert reply.prompt_tokens > 0
        assert reply.completion_tokens > 0
        assert reply.latency_s > 0
        assert reply.repairs == 0

    def test_the_request_asks_for_a_strict_schema_within_bounds_and_never_for_tools(
        self, server: ScriptedServer
    ) -> None:
        use(server, lambda client: ask(client, seed=7, temperature=0.3))
        body = server.requests[0].body
        assert body["response_format"]["type"] == "json_schema"
        assert body["response_format"]["json_schema"] == {"name": "assess", "schema": SCHEMA, "strict": True}
        assert (body["max_tokens"], body["seed"], body["temperature"]) == (300, 7, 0.3)
        assert body["chat_template_kwargs"] == {"enable_thinking": False}
        assert "tools" not in body

    def test_spoken_words_arrive_piece_by_piece(self, server: ScriptedServer) -> None:
        async def pieces(client: ChatClient) -> list[str]:
            return [piece async for piece in client.stream("rules", "hello", max_tokens=100, temperature=0.6)]

        said = use(server, pieces)
        assert "".join(said) == WORDS
        assert len(said) > 3

    def test_stop_ends_the_words(self, server: ScriptedServer) -> None:
        assert use(server, lambda client: words(client, stop=[","])) == "Thank you"

    def test_no_call_asks_for_more_than_the_endpoint_allows(self, server: ScriptedServer) -> None:
        use(server, ask, max_output_tokens=120)
        assert server.requests[0].max_tokens == 120

    def test_calls_at_once_stay_within_the_limit(self, server: ScriptedServer) -> None:
        most = 0

        def watching(request: ChatRequest) -> Reply:
            nonlocal most
            most = max(most, server.counters.running + 1)
            return Reply(SOUND, first_token_s=0.03)

        server.become_brain(watching)

        async def many(client: ChatClient) -> None:
            await asyncio.gather(*(ask(client) for _ in range(9)))

        use(server, many, concurrency=3)
        assert most == 3

    def test_a_repair_keeps_the_prompt_in_front_so_that_its_prefix_is_cached(self, server: ScriptedServer) -> None:
        server.fail("blank")
        use(server, ask)
        first, second = (request.messages for request in server.requests)
        assert second[0] == first[0]
        assert second[1]["content"].startswith(first[1]["content"] + "\n\n")
        assert "it was blank" in second[1]["content"]


class TestCapabilities:
    def test_vllm_is_probed_with_three_chat_calls_once(self, server: ScriptedServer) -> None:
        async def twice(client: ChatClient) -> Any:
            await asyncio.gather(client.connect(), client.connect(), ask(client))
            return await client.connect()

        found = use(server, twice)
        assert len(server.probes) == 3
        assert (found.model, found.max_model_len, found.server_version) == ("scripted", 32_768, "0.24.0")
        assert (found.reply_format, found.thinking_off, found.thinking_opens_in_prompt) == ("json_schema", True, False)
        assert found.ruler.calibrated
        assert found.ruler.wide == pytest.approx(1.0, abs=0.05)

    @pytest.mark.parametrize(
        ("formats", "found"), [("ignored", "json_object"), ("json_object", "json_object"), ("refused", "prompt")]
    )
    def test_a_server_without_schemas_reads_the_schema_in_the_prompt(self, formats: Any, found: str) -> None:
        with ScriptedServer(brain, formats=formats) as server:
            assert use(server, connected).reply_format == found
            assert use(server, ask).value == SOUND
            assert '"enum":["k1","k2"]' in server.requests[-1].system
            assert not server.refusals or server.refusals[-1].param == "response_format"

    def test_a_server_that_says_nothing_about_itself_still_works(self) -> None:
        with ScriptedServer(brain, version=None, tokenize=False, max_model_len=None) as server:
            found = use(server, connected)
            assert (found.server_version, found.max_model_len, found.ruler.calibrated) == ("", None, False)
            assert use(server, words) == WORDS

    def test_a_refused_thinking_switch_is_left_out(self) -> None:
        with ScriptedServer(brain, thinking_switch="refused") as server:
            assert not use(server, connected).thinking_off
            assert use(server, ask).value == SOUND
            assert "chat_template_kwargs" not in server.requests[-1].body

    def test_a_switch_that_files_the_answer_under_thinking_is_left_out(self) -> None:
        with ScriptedServer(brain, thinking_switch="misfiled", thinks="field") as server:
            assert not use(server, connected).thinking_off
            assert use(server, words) == WORDS

    def test_fits_uses_the_served_length(self) -> None:
        with ScriptedServer(brain, max_model_len=1000) as server:
            assert use(server, lambda client: client.fits("rules", "short", 300))
            assert not use(server, lambda client: client.fits("rules", "长" * 900, 300))

    def test_a_server_restarted_with_another_model_is_asked_again(self, server: ScriptedServer) -> None:
        async def over_a_restart(client: ChatClient) -> str:
            await ask(client)
            server.become(models=("newer",))
            with pytest.raises(EndpointError):
                await ask(client)
            return (await ask(client)).model

        assert use(server, over_a_restart) == "newer"


class TestThinking:
    @pytest.mark.parametrize("thinks", ["field", "text", "prefilled"])
    @pytest.mark.parametrize("piece_chars", [1, 7, 500])
    def test_a_thinking_model_is_never_heard_thinking(self, thinks: Any, piece_chars: int) -> None:
        with ScriptedServer(brain, thinks=thinks, thinking_switch="refused", piece_chars=piece_chars) as server:
            assert use(server, words) == WORDS
            assert use(server, ask).value == SOUND

    @pytest.mark.parametrize("kind", ["reasoning_field", "reasoning_content_field", "reasoning_text"])
    def test_thinking_that_comes_although_it_is_off_is_not_heard_either(
        self, server: ScriptedServer, kind: Any
    ) -> None:
        server.fail(kind, kind)
        assert use(server, words) == WORDS
        reply = use(server, ask)
        assert (reply.value, reply.repairs) == (SOUND, 0)

    def test_thinking_that_is_never_closed_yields_nothing(self, server: ScriptedServer) -> None:
        server.become_brain(lambda request: f"<think>{THOUGHT}")
        assert use(server, words) == ""

    def test_a_whole_answer_filed_under_thinking_is_still_read(self, server: ScriptedServer) -> None:
        server.fail("reasoning_only")
        assert use(server, ask).value == SOUND

    def test_a_quote_about_think_tags_keeps_them(self, server: ScriptedServer) -> None:
        quoting = {"id": "k1", "quote": "the model writes <think> and </think> around it"}
        server.become_brain(lambda request: quoting)
        assert use(server, ask).value == quoting


class TestRepair:
    @pytest.mark.parametrize("kind", ["fenced", "embedded"])
    def test_json_inside_other_text_is_found_without_repair(self, server: ScriptedServer, kind: Any) -> None:
        server.fail(kind)
        reply = use(server, ask)
        assert (reply.value, reply.repairs) == (SOUND, 0)

    @pytest.mark.parametrize(
        ("kind", "said"),
        [
            ("blank", "blank"),
            ("malformed", "no complete JSON"),
            ("ignore_format", "no complete JSON"),
            ("truncated", "cut off"),
            ("whitespace", "blank space"),
            ("wrong_ids", "'no-such-id' is not one of"),
        ],
    )
    def test_a_flaw_is_told_and_repaired(self, server: ScriptedServer, kind: Any, said: str) -> None:
        server.fail(kind)
        reply = use(server, ask)
        assert (reply.value, reply.repairs) == (SOUND, 1)
        assert said in server.requests[1].user
        one_prompt = count_tokens(server.requests[0].system + server.requests[0].user)
        assert reply.prompt_tokens > 2 * one_prompt

    @pytest.mark.parametrize(
        ("kind", "reason"),
        [
            ("blank", "reply_malformed"),
            ("malformed", "reply_malformed"),
            ("wrong_ids", "reply_malformed"),
            ("truncated", "reply_cut_off"),
            ("whitespace", "reply_cut_off"),
        ],
    )
    def test_after_two_repairs_it_is_an_error_with_its_category(
        self, server: ScriptedServer, kind: Any, reason: str
    ) -> None:
        server.fail(kind, kind, kind, kind)
        with pytest.raises(ReplyError) as caught:
            use(server, ask)
        assert caught.value.details["reason"] == reason
        assert len(server.requests) == 3
        assert SOUND["quote"] not in str(caught.value)

    def test_a_callers_check_is_repaired_like_any_flaw(self, server: ScriptedServer) -> None:
        reasons: list[str | None] = ["k1 is missing.", None]
        reply = use(server, lambda client: ask(client, check=lambda value: reasons.pop(0)))
        assert reply.repairs == 1
        assert "k1 is missing." in server.requests[1].user

    def test_a_callers_category_reaches_the_error(self, server: ScriptedServer) -> None:
        flaw = Flaw("quotes_unverifiable", "no quote stands in the answer.")
        with pytest.raises(ReplyError) as caught:
            use(server, lambda client: ask(client, check=lambda value: flaw))
        assert caught.value.details["reason"] == "quotes_unverifiable"

    @pytest.mark.parametrize("quote", ["nul \x00 inside", "half \ud83d character"])
    def test_characters_no_store_can_hold_are_not_accepted(self, server: ScriptedServer, quote: str) -> None:
        replies: list[dict[str, str]] = [{"id": "k1", "quote": quote}, SOUND]

        def escaped(request: ChatRequest) -> str:
            import json

            return json.dumps(replies.pop(0))

        server.become_brain(escaped)
        assert use(server, ask).repairs == 1

    def test_a_complete_value_before_the_cut_is_accepted(self, server: ScriptedServer) -> None:
        import json

        server.become_brain(lambda request: json.dumps(SOUND) + "\n" * 2000)
        reply = use(server, ask)
        assert (reply.value, reply.repairs) == (SOUND, 0)

    def test_a_schema_beyond_the_servers_grammar_is_asked_for_in_words(self, server: ScriptedServer) -> None:
        server.fail("refuse_format")
        assert use(server, ask).value == SOUND
        assert "response_format" not in server.requests[1].body
        assert '"enum":["k1","k2"]' in server.requests[1].system


class TestMessages:
    def test_nothing_listens(self) -> None:
        with ScriptedServer() as server:
            url = server.base_url
        pace = Pace()
        error = refused(url, words, pace=pace)
        assert error.details["reason"] == "unreachable"
        assert url in error.what
        assert "http://HOST:8000/v1" in error.fix
        assert len(pace.waits) == 2

    def test_plain_http_behind_https(self, server: ScriptedServer) -> None:
        error = refused(server.base_url.replace("http://", "https://"), words)
        assert error.details["reason"] == "tls"
        assert "http://" in error.fix

    def test_a_path_that_is_not_the_api(self, server: ScriptedServer) -> None:
        error = refused(server.base_url.replace("/v1", "/v2"), words)
        assert error.details["reason"] == "not_found"
        assert "end in /v1" in error.fix

    @pytest.mark.parametrize("url", ["localhost:8000/v1", "ftp://host/v1", "http://", "http://host:port/v1", ""])
    def test_an_address_that_can_never_work_is_refused_before_any_call(self, url: str) -> None:
        with pytest.raises(EndpointError) as caught:
            EndpointSettings(base_url=url)
        assert caught.value.details["reason"] == "bad_url"

    @pytest.mark.parametrize("given", ["", "sk-wrong-secret"])
    def test_a_wrong_key_is_named_but_never_shown(self, given: str) -> None:
        with ScriptedServer(api_key="right") as server:
            error = refused(server, words, api_key=given)
            assert error.details["reason"] == "unauthorised"
            assert "model.api_key" in error.fix
            assert "secret" not in f"{error} {error.details}"
            assert use(server, words, api_key="right")

    def test_a_user_name_in_the_address_is_not_shown(self, server: ScriptedServer) -> None:
        error = refused(server.base_url.replace("http://", "http://me:hunter2@") + "/nowhere", words)
        assert "hunter2" not in f"{error} {error.details}"

    def test_an_unknown_model_lists_what_is_served(self, server: ScriptedServer) -> None:
        error = refused(server, words, model="other")
        assert error.details["reason"] == "unknown_model"
        assert "(scripted)" in error.fix

    def test_several_models_ask_for_a_choice(self) -> None:
        with ScriptedServer(models=("small", "large")) as server:
            error = refused(server, words)
            assert error.details["reason"] == "several_models"
            assert "small, large" in error.what
            assert use(server, connected, model="large").model == "large"

    def test_no_model_at_all(self) -> None:
        with ScriptedServer(models=()) as server:
            assert refused(server, words).details["reason"] == "no_model"

    def test_a_prompt_over_the_context(self) -> None:
        with ScriptedServer(brain, max_model_len=2000) as server:
            error = refused(server, lambda client: words(client, "长" * 3000))
            assert error.details["reason"] == "over_context"
            assert "--max-model-len" in error.fix

    def test_a_web_page_instead_of_an_answer(self, server: ScriptedServer) -> None:
        server.fail("html", "html")
        assert refused(server, ask).details["reason"] == "not_an_endpoint"
        assert refused(server, words).details["reason"] == "not_an_endpoint"

    def test_no_answer_in_time(self, server: ScriptedServer) -> None:
        server.fail("hang", "hang")
        for scenario in (ask, words):
            started = time.perf_counter()
            error = refused(server, scenario, timeout_s=0.3)
            assert error.details["reason"] == "too_slow"
            assert "within 0.3 s" in error.what
            assert "model.timeout_s" in error.fix
            assert time.perf_counter() - started < 2

    def test_a_stream_that_stalls_in_the_middle(self, server: ScriptedServer) -> None:
        server.fail(Fault("slow_chunks", seconds=5))
        assert refused(server, words, timeout_s=0.3).details["reason"] == "too_slow"
