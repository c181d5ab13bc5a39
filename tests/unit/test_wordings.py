"""A real sentence for each way in which servers say the same thing; what people paste; whom a proxy does not stand before."""

from __future__ import annotations

from typing import Any

import pytest

from interviewer.errors import EndpointError
from interviewer.llm import EndpointSettings
from interviewer.llm.failures import refused
from interviewer.llm.proxies import way_to
from interviewer.llm.reading import refusal
from interviewer.pasted import clean_key, clean_url

ENDPOINT = EndpointSettings(base_url="http://h:1/v1")


def said(message: str, code: Any = None, **more: Any) -> dict[str, Any]:
    return {"error": {"message": message} | ({"code": code} if code is not None else {}) | more}


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, said("This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.", "context_length_exceeded")),
        (400, said("Input tokens exceed the configured limit of 272000 tokens.", "context_length_exceeded")),
        (400, [said("The input token count (1196265) exceeds the maximum number of tokens allowed (1048576).", 400, status="INVALID_ARGUMENT")]),
        (400, said("litellm.ContextWindowExceededError: litellm.BadRequestError: OpenAIException - prompt too large", "400")),
        (422, said("Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4097.")),
        (413, said("Request too large for model `llama-3.1-8b-instant` on tokens per minute (TPM): Limit 6000", "rate_limit_exceeded")),
        (400, {"message": "prompt is too long: 210000 tokens > 200000 maximum", "type": "invalid_request_error"}),
        (400, said("input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000")),
        (400, said("Prompt contains 40000 tokens, too large for model with 32768 maximum context length")),
        (400, {"error": "This endpoint's maximum context length is 131072 tokens. However, you requested about 150000 tokens"}),
        (400, said("the request exceeds the available context size. try increasing the context size")),
        (400, said("Requested token count exceeds the model's maximum context length of 32768 tokens.")),
        (400, said("The decoder prompt (length 5000) is longer than the maximum model length of 4096.")),
        (400, said("total tokens of image and text exceed max message tokens. Request id: x", "InvalidParameter")),
        (400, said("Invalid request: Your request exceeded model token limit: 8192")),
        (400, said("Prompt 超长", "1261")),
        (400, said("输入长度超过限制")),
        (500, said("Cannot truncate prompt with n_keep (5000) >= n_ctx (4096)")),
        (400, {"message": "input is too long for requested model."}),
    ],
    ids=str,
)  # fmt: skip
def test_a_prompt_that_is_too_long_is_told_in_many_words(status: int, body: Any) -> None:
    assert refused(status, refusal(body), ENDPOINT).details["reason"] == "over_context"


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (429, said("You exceeded your current quota, please check your plan.", "insufficient_quota"), "quota_used_up"),
        (429, said("Rate limit reached: Limit 10000, Used 9000. Please try again in 6s. Visit /account/billing", "rate_limit_exceeded"), "overloaded"),
        (429, said("您的账户已欠费，请充值后重试", "1113"), "quota_used_up"),
        (403, said("用户额度不足, 剩余额度: 0.00", "insufficient_user_quota"), "quota_used_up"),
        (400, said("Your credit balance is too low to access the API."), "quota_used_up"),
        (403, {"code": "AllocationQuota.FreeTierOnly", "message": "The free tier of the model has been exhausted."}, "quota_used_up"),
        (400, said("Budget has been exceeded! Current cost: 12.1", type="budget_exceeded"), "quota_used_up"),
        (429, said("Budget has been exceeded! Current cost: 12.1", type="budget_exceeded"), "quota_used_up"),
        (529, said("Overloaded", type="overloaded_error"), "overloaded"),
        (498, said("Flex tier capacity exceeded"), "overloaded"),
        (401, said("Authentication Error, Invalid proxy server token passed", "401"), "unauthorised"),
        (404, said("model 'qwen3:14b' not found", "model_not_found"), "unknown_model"),
        (404, {"error": 'model "x" not found, try pulling it first'}, "unknown_model"),
        (404, said("The API deployment for this resource does not exist.", "DeploymentNotFound"), "unknown_model"),
        (400, said("litellm.BadRequestError: Invalid model name passed in model=foo."), "unknown_model"),
        (400, said("The model `m` does not support response_format"), "rejected"),
        (400, {"error": "No models loaded. Please load a model in the developer page."}, "no_model"),
        (404, {"detail": "Not Found"}, "not_found"),
        (405, {"detail": "Method Not Allowed"}, "not_found"),
        (503, said("Model Qwen/Qwen3-8B is currently loading", estimated_time=20.0), "loading"),
        (503, "no healthy upstream", "gateway"),
        (520, "", "gateway"),
        (400, said("max_tokens must be at least 1, got 0."), "rejected"),
    ],
    ids=str,
)  # fmt: skip
def test_a_refusal_is_named_for_what_it_is(status: int, body: Any, reason: str) -> None:
    error = refused(status, refusal(body), ENDPOINT, "m")
    assert error.details["reason"] == reason
    assert error.fix


@pytest.mark.parametrize(
    "pasted",
    [
        "http://h:8000/v1", "http://h:8000/v1/", " http://h:8000/v1 \n", '"http://h:8000/v1"', "“http://h:8000/v1”", "<http://h:8000/v1>",
        "http://h:8000/v1/chat/completions", "http://h:8000/v1/models", "http://h:8000/v1/embeddings/", "http://h:8000", "http://h:8000/",
        "HTTP://H:8000/v1", "http://h:8000/v1\u200b", "\ufeffhttp://h:8000/v1", "http://h:8000/v1,", "http://h:8000/v1。", "http：／／h:8000/v1",
        "http://h:8000//v1", "http://h:8000/v1#", "OPENAI_BASE_URL=http://h:8000/v1", "export OPENAI_API_BASE='http://h:8000/v1'",
    ],
)  # fmt: skip
def test_an_address_is_taken_as_it_was_meant(pasted: str) -> None:
    assert EndpointSettings(base_url=pasted).base_url == "http://h:8000/v1"
    assert clean_url(clean_url(pasted)) == clean_url(pasted)


def test_an_address_keeps_what_is_its_own() -> None:
    assert clean_url("https://h/compatible-mode/v1") == "https://h/compatible-mode/v1"
    assert clean_url("https://h/models") == "https://h/models"
    assert clean_url("http://[FD00::1]:8000/v1") == "http://[fd00::1]:8000/v1"
    assert clean_url("http://Me:Pass@H/v1") == "http://Me:Pass@h/v1"
    azure = EndpointSettings(base_url="https://h/openai/deployments/Gpt/chat/completions?api-version=2024-10-21")
    assert azure.base_url == "https://h/openai/deployments/Gpt"
    assert azure.query == (("api-version", "2024-10-21"),)


@pytest.mark.parametrize("url", ["h:8000/v1", "ws://h/v1", "http://h :8000/v1", "http://h:99999/v1", "http://::1:8000/v1", "http:///v1", "http://"])  # fmt: skip
def test_an_address_that_cannot_work_is_refused_with_how_to_write_it(url: str) -> None:
    with pytest.raises(EndpointError) as caught:
        EndpointSettings(base_url=url)
    assert caught.value.details["reason"] == "bad_url"
    assert "http://HOST:8000/v1" in caught.value.fix


@pytest.mark.parametrize(
    "pasted",
    [
        "sk-1", "\u200bsk-1\u200d", "Bearer sk-1", "bearer\tsk-1", "Bearer: sk-1", "“Bearer sk-1”", "Authorization: Bearer sk-1", "x-api-key: sk-1",
        "OPENAI_API_KEY=sk-1", "export OPENAI_API_KEY='sk-1'", "'sk-1',", "sk-1;", "<sk-1>", "sk-1\u00a0", "sk\u00ad-1", "ｓk-1", "＂sk-1＂",
    ],
)  # fmt: skip
def test_a_key_is_taken_as_it_was_meant(pasted: str) -> None:
    assert clean_key(pasted) == "sk-1"


@pytest.mark.parametrize("key", ["sk-key=abc==", "abc=", "Basic", "bearer", "token-abc", ""])
def test_a_key_keeps_what_is_its_own(key: str) -> None:
    assert clean_key(key) == key


@pytest.mark.parametrize(
    ("proxies", "url"),
    [
        ({"no": "a;b"}, "http://b/v1"),
        ({"no": "10.*"}, "http://10.1.2.3/v1"),
        ({"no": "192.168.*.*, x"}, "http://192.168.1.1/v1"),
        ({"no": "<local>"}, "http://box/v1"),
        ({"no": "“b”"}, "http://b/v1"),
        ({"no": "*.corp"}, "http://a.corp/v1"),
        ({"no": "fd00::/8"}, "http://[fd00::1]/v1"),
        ({}, "http://127.1/v1"),
        ({}, "http://0.0.0.0:8/v1"),
        ({}, "http://[::ffff:127.0.0.1]:8/v1"),
        ({}, "http://localhost.localdomain/v1"),
        ({"http": "none"}, "http://x/v1"),
        ({"http": "direct://"}, "http://x/v1"),
        ({"http": " "}, "http://x/v1"),
    ],
)
def test_no_proxy_stands_before_what_is_excepted(proxies: dict[str, str], url: str) -> None:
    assert way_to(url, {"http": "http://p:1"} | proxies) is None


@pytest.mark.parametrize("no_proxy", ["10.*", "<local>", "corp", "a.corp.example", "10.0.0.0/8", "", ",;,"])
def test_a_proxy_stands_before_everything_else(no_proxy: str) -> None:
    way = way_to("http://models.corp.example/v1", {"http": "'http://p:1'", "no": no_proxy})
    assert way is not None
    assert way.proxy == "http://p:1"
