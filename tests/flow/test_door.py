"""Of Gradio only what the pages use: every route it mounts, odd events and odd payloads, against the served site over HTTP."""

from __future__ import annotations

import json
import re

import gradio as gr
import pytest
from gradio.routes import App as Mounted

from tests.flow.browser import served
from tests.flow.test_access import ask, log_in
from ui.web.pages import CANDIDATE_PAGES, STAFF_PAGES

OPEN = {
    "candidates": {f"/{page}" for page in CANDIDATE_PAGES} | {"/theme.css", "/gradio_api/app_id"},
    "reviewers": {f"/{page}" for page in STAFF_PAGES} | {"/theme.css", "/gradio_api/app_id"},
}
"""What may be read of the mounted applications, besides the files of the front end by their exact names."""
LOAD = {"data": [], "event_data": None, "fn_index": 0, "trigger_id": None, "session_hash": "tab1"}


@pytest.fixture(scope="module")
def site(tmp_path_factory, reviewers):
    """(address, its log, a reviewer's cookie) of a site of its own: its log is read as a whole."""
    folder = tmp_path_factory.mktemp("door")
    with served(folder, environ=reviewers, log=folder / "log") as url:
        yield url, folder / "log", log_in(url).cookie.partition(";")[0]


@pytest.fixture(autouse=True)
def _no_trace(site):
    yield
    logged = site[1].read_text("utf8")
    assert "Traceback" not in logged
    assert "Error" not in logged


def all_routes():
    """Every (method, path) that this version of Gradio mounts, a word in place of each parameter."""
    with gr.Blocks(analytics_enabled=False) as blocks:
        gr.Textbox()
    return sorted(set(walked(Mounted.create_app(blocks).routes)))


def walked(routes):
    for route in routes:
        inner = getattr(route, "original_router", route)
        yield from walked(getattr(inner, "routes", None) or ())
        path = re.sub(r"\{[^}]*\}", "0", getattr(route, "path", "")) or "/"
        for method in getattr(route, "methods", None) or {"GET", "POST"}:
            yield method, path


def test_every_route_that_gradio_mounts_is_closed_unless_a_page_uses_it(site):
    address, _, staff = site
    routes = all_routes()
    assert len(routes) > 60
    assert {("GET", "/config"), ("POST", "/gradio_api/queue/join"), ("GET", "/gradio_api/info")} <= set(routes)
    for prefix, known in (("", OPEN["candidates"]), ("/staff", OPEN["reviewers"])):
        for method, path in routes:
            for spelt in (path, f"{path.rstrip('/')}/", f"{path}?page=x&deep_link=y"):
                bare = spelt.partition("?")[0]
                if prefix + bare.rstrip("/") in ("/login", "/logout", "/robots.txt", "/favicon.ico"):
                    continue  # our own
                found = ask(address, prefix + spelt, method, "{}" if method == "POST" else None, cookie=staff)
                if method in ("GET", "HEAD") and bare in known:
                    assert found.status == 200, (method, spelt)
                elif method in ("GET", "HEAD") and bare != "/" and bare.rstrip("/") in known:
                    assert found.status in (308, 404), (method, spelt)
                else:
                    assert found.status in (403, 404, 422), (method, spelt, found.status)
                    assert "gradio" not in found.text.lower()


@pytest.mark.parametrize(
    "path",
    ["/config", "/config/", "/openapi.json", "/docs", "/redoc", "/gradio_api", "/gradio_api/", "/gradio_api/info", "/manifest.json",
     "/gradio_api/heartbeat/x", "/gradio_api/startup-events", "/monitoring", "/monitoring/summary", "/pwa_icon", "/gradio_api/openapi.json",
     "/assets/", "/assets/../index.html", "/assets/..%2f..%2f..%2froutes.py", "/static/%2e%2e/index.html", "/assets/index.html", "/index.html",
     "/gradio_api/theme.css", "/svelte/x.js", "/assets/x%00.js", "/%00", "/interview%0a", "/static/" + "a" * 5000, "/INTERVIEW", "//config",
     "/gradio_api/queue/join/x", "/gradio_api//info", "/gradio_api/file=/etc/passwd", "/nothing", "/interview/x"],
)  # fmt: skip
def test_the_rest_is_not_there(site, path):
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE"):
        assert ask(site[0], path, method).status in (404, 405), (method, path)


def test_files_of_the_front_end_are_there_by_their_names(site):
    page = ask(site[0], "/").text
    names = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page)
    assert len(names) == 2
    assert all(ask(site[0], name).status == 200 for name in names)


def test_a_page_asked_for_with_a_slash_at_its_end_leads_to_itself(site):
    found = ask(site[0], "/interview/?session=a&lang=en")
    assert (found.status, found.headers["location"]) == (308, "/interview?session=a&lang=en")
    assert ask(site[0], "/staff/session/", cookie=site[2]).headers["location"] == "/staff/session"
    assert ask(site[0], "//evil.example/..").status == 404


def join(site, body, prefix="", **headers):
    sent = body if isinstance(body, str | bytes) else json.dumps(body)
    return ask(site[0], f"{prefix}/gradio_api/queue/join?lang=en", "POST", sent, content_type="application/json", **headers)  # fmt: skip


BROKEN = [
    "", "{", "null", "[]", "7", '"x"', "NaN", '{"data": [NaN]}', b"\xff\xfe", "[" * 100_000, "{}", '{"fn_index": 0}',
    *({**LOAD, "fn_index": odd} for odd in (9999, -1, None, "0", 0.5, True, [0], {"a": 1}, 10**40)),
    *({**LOAD, "data": odd} for odd in (None, {}, "x", [1], ["a", "b"], 0)),
    *({**LOAD, "session_hash": odd} for odd in (None, "", 5, "a b", "x" * 65, "../x", ["a"], "\x00")),
    *({**LOAD, "trigger_id": odd} for odd in ("x", 10**30, -5, 1.5, {}, [])),
]  # fmt: skip


@pytest.mark.parametrize("body", BROKEN, ids=lambda body: str(body)[:40])
def test_an_event_of_no_page_is_refused_without_a_trace(site, body):
    for prefix in ("", "/staff"):
        assert join(site, body, prefix, cookie=site[2]).status in (400, 404, 422)


def events(site, prefix, pages):
    """Every event of the served pages, from the documents themselves: (number, has a back end, kinds of its inputs)."""
    found = {}
    for page in pages:
        text = ask(site[0], f"{prefix}/{page}", cookie=site[2]).text
        config = json.JSONDecoder().raw_decode(text.partition("window.gradio_config = ")[2])[0]
        kinds = {part["id"]: part["type"] for part in config["components"]}
        for one in config["dependencies"]:
            found[one["id"]] = (one["backend_fn"], [kinds[part] for part in one["inputs"]])
    return found


def test_values_of_another_shape_are_refused_for_every_event_of_every_page(site):
    odd = [{"a": 1}, [["x"]], [1, 2], {"__type__": "update"}, {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}, True, 7.5, "x", None, 10**400]  # fmt: skip
    fits = {"textbox": (str, type(None)), "dropdown": (str, type(None)), "radio": (str, type(None)), "button": (str, type(None)),
            "number": (float,), "slider": (float,), "checkbox": (bool,), "checkboxgroup": ()}  # fmt: skip
    tried = 0
    for prefix, pages in (("", CANDIDATE_PAGES), ("/staff", STAFF_PAGES)):
        for number, (back_end, kinds) in events(site, prefix, pages).items():
            body = {**LOAD, "fn_index": number}
            if not back_end:
                assert join(site, {**body, "data": [None] * len(kinds)}, prefix, cookie=site[2]).status == 404
                continue
            assert join(site, {**body, "data": [None] * (len(kinds) + 1)}, prefix, cookie=site[2]).status == 422
            for value in odd if kinds else ():
                if all(type(value) in fits[kind] for kind in kinds):
                    continue
                tried += 1
                found = join(site, {**body, "data": [value] * len(kinds)}, prefix, cookie=site[2])
                assert found.status == 422, (prefix, number, kinds, value)
    assert tried > 150


def test_a_page_of_another_version_is_told_so(site):
    assert join(site, LOAD, x_interviewer_page="0123456789abcdef").status == 409
    mark = re.search(r'mark: "(\w+)"', ask(site[0], "/").text)
    assert mark is not None
    assert join(site, LOAD, x_interviewer_page=mark[1]).status == 200


def test_replies_for_a_tab_that_nobody_knows_are_refused(site):
    for asked in (
        "",
        "?session_hash=nobody",
        "?session_hash=",
        "?session_hash=tab1&session_hash=x",
        "?session_hash=%00",
    ):
        assert ask(site[0], f"/gradio_api/queue/data{asked}").status == 404


def test_a_page_is_named_in_its_language_and_names_nobody_elses(site):
    for language, title in (("zh", "报告 · 模拟面试"), ("en", "Report · Mock interview")):
        page = ask(site[0], f"/report?lang={language}").text
        assert f"<title>{title}</title>" in page
        assert f'<html lang="{"zh-CN" if language == "zh" else "en"}"' in page
        assert f'property="og:title" content="{title}"' in page
        assert not re.search(
            r"gradio\.app|githubusercontent|huggingface\.co|@gradio", page.partition("window.gradio_config")[0], re.I
        )
    assert ask(site[0], "/icon.svg").headers["content-type"] == "image/svg+xml"
    assert ask(site[0], "/favicon.ico").headers["content-type"] == "image/png"
    assert "Disallow: /" in ask(site[0], "/robots.txt").text


@pytest.mark.parametrize("path", ["/nothing", "/config", "/interview/x", "/gradio_api/info", "/assets/none.js"])
def test_an_address_that_leads_nowhere_shows_a_person_a_page_and_a_program_json(site, path):
    for language, words in (("zh", "没有这个页面"), ("en", "There is no such page")):
        page = ask(site[0], f"{path}?lang={language}", accept="text/html")
        assert (page.status, words in page.text, "/mine" in page.text) == (404, True, True)
    assert json.loads(ask(site[0], path).text) == {"detail": "Not Found"}


def test_the_head_of_a_page_can_be_had_alone(site):
    found = ask(site[0], "/interview", "HEAD")
    assert (found.status, found.text) == (200, "")
