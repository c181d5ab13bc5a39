"""Whoever knocks without a key gets nothing: a real HTTP client against the served site, spelling paths as it likes."""

from __future__ import annotations

import http.client
import json
import re
import socket
from urllib.parse import quote, urlencode, urlsplit

import pytest

from interviewer.app import App
from interviewer.interview.interviews import StartRequest
from interviewer.settings import load_settings
from tests.flow.browser import served
from tests.flow.conftest import PASSWORD, REVIEWER
from ui.web.pages import CANDIDATE_PAGES

WORDS = "只有我自己能看的一段话"


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.text = response.read().decode("utf8", "replace")

    @property
    def cookie(self):
        return next((c for c in self.headers.get_all("set-cookie") or [] if c.startswith("interviewer-login=")), "")


def ask(address, path, method="GET", body=None, **headers):
    """One request, the path sent exactly as it is spelt."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body=body, headers=named)
    try:
        return Answer(connection.getresponse())
    finally:
        connection.close()


def log_in(address, name=REVIEWER, password=PASSWORD, wanted="/staff/", **headers):
    body = urlencode({"name": name, "password": password, "next": wanted})
    return ask(address, "/login?lang=en", "POST", body, content_type="application/x-www-form-urlencoded", **headers)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory, reviewers, shipped_bank):
    """A site of its own, since tries from this address are counted: (address, id of an interview in it)."""
    folder = tmp_path_factory.mktemp("guarded")
    with served(folder, environ=reviewers) as url:
        yield url, begin(folder, shipped_bank)


def begin(folder, bank, **wanted):
    import asyncio

    app = App(load_settings({"data_dir": str(folder)}, environ={}, folder=folder))
    app.__dict__["bank"] = bank

    async def start():
        state = await app.interviews.start(StartRequest(questions=1, consent=True, candidate=WORDS, **wanted))
        await app.aclose()
        return state.session.id

    return asyncio.run(start())


STAFF_PATHS = [
    "/staff", "/staff/", "/staff/marking", "/staff/nothing", "//staff/", "/./staff/", "/x/../staff/", "/STAFF/", "/Staff/",
    "/staff%2F", "/%73taff/", "/staff/config", "/staff/gradio_api/info", "/staff/gradio_api/queue/data?session_hash=x",
    "/staff/gradio_api/heartbeat/x", "/staff/gradio_api/startup-events", "/staff/theme.css", "/staff/gradio_api/app_id",
    "/staff/gradio_api/file=/etc/passwd", "/staff/..%2fstaff/",
]  # fmt: skip


@pytest.mark.parametrize("path", STAFF_PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "OPTIONS"])
def test_nothing_under_staff_answers_without_a_login(guarded, path, method):
    found = ask(guarded[0], path, method)
    assert found.status in (401, 404), found.text[:200]
    assert "gradio" not in found.text.lower()


@pytest.mark.parametrize("function", [*range(0, 12), "list_sessions", "_on_load"])
def test_functions_of_reviewers_pages_cannot_be_called_without_a_login(guarded, function):
    call = {"fn_index": function, "data": [], "session_hash": "guess", "event_data": None, "trigger_id": None}
    for route in (
        "queue/join",
        "queue/join?__theme=light",
        f"call/{function}",
        f"run/{function}",
        f"api/{function}",
        "run/predict",
    ):
        for cookie in ("", "interviewer-login=guess", "interviewer-login=" + "A" * 43):
            found = ask(guarded[0], f"/staff/gradio_api/{route}", "POST", json.dumps(call), content_type="application/json", cookie=cookie)  # fmt: skip
            assert found.status in (401, 404)


def test_a_page_of_reviewers_leads_to_the_login_and_back(guarded):
    found = ask(guarded[0], "/staff/?session=a&lang=en", accept="text/html")
    assert (found.status, found.headers["location"]) == (
        303,
        "/login?next=" + quote("/staff/?session=a&lang=en") + "&lang=en",
    )
    page = ask(guarded[0], found.headers["location"])
    assert 'value="/staff/?session=a&amp;lang=en"' in page.text
    entered = log_in(guarded[0], wanted="/staff/?session=a&lang=en")
    assert (entered.status, entered.headers["location"]) == (303, "/staff/?session=a&lang=en")


def test_the_cookie_is_for_this_site_alone_and_for_no_script(guarded):
    cookie = log_in(guarded[0]).cookie
    kept = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/", "max-age=43200"} <= kept
    assert "secure" not in kept


def test_a_login_lets_in_until_it_is_logged_out_by_this_site_itself(guarded):
    mine = log_in(guarded[0]).cookie.partition(";")[0]
    other = log_in(guarded[0]).cookie.partition(";")[0]
    assert ask(guarded[0], "/staff/marking", cookie=mine).status == 200
    assert ask(guarded[0], "/login?next=/staff/marking", cookie=mine).headers["location"] == "/staff/marking"
    assert ask(guarded[0], "/logout", cookie=mine).headers["location"] == "/login"
    assert ask(guarded[0], "/logout", "POST", cookie=mine, origin="http://evil.example").status == 403
    assert ask(guarded[0], "/logout", "POST", cookie=mine, sec_fetch_site="same-site").status == 403
    assert ask(guarded[0], "/staff/marking", cookie=mine).status == 200
    left = ask(guarded[0], "/logout", "POST", cookie=mine, sec_fetch_site="same-origin")
    assert (left.status, left.headers["location"]) == (303, "/login")
    assert ask(guarded[0], "/staff/marking", cookie=mine).status == 401
    assert ask(guarded[0], "/staff/marking", cookie=other).status == 200


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example/staff/", "/\\evil.example", "/staff/\\..", "javascript:x"]
)
def test_a_login_never_leads_to_another_site(guarded, wanted):
    assert log_in(guarded[0], wanted=wanted).headers["location"] == "/staff/"
    assert 'value="/staff/"' in ask(guarded[0], f"/login?next={quote(wanted)}").text


def test_a_login_sent_by_another_site_is_not_looked_at(guarded):
    assert log_in(guarded[0], origin="http://evil.example").status == 403
    assert log_in(guarded[0], sec_fetch_site="cross-site").cookie == ""


def test_what_was_typed_at_the_login_comes_back_as_text(guarded):
    hostile = '"><script>alert(1)</script>'
    page = log_in(guarded[0], name=hostile, password="x", wanted=f"/staff/{quote(hostile)}")
    assert page.status == 403
    assert "<script" not in page.text
    assert 'role="alert"' in page.text


@pytest.mark.parametrize(
    "spell",
    [str.swapcase, lambda i: i + "x", lambda i: i[:-1], lambda i: f"{i}%00", lambda i: f"{i}%20", lambda i: f"%20{i}", lambda i: f"{i}%0a",
     lambda i: f"..%2f{i}", lambda i: f"x%2f..%2f{i}", lambda i: f"{i}%ff", lambda i: "%25", lambda i: "_" * len(i), lambda i: f"{i}'--"],
)  # fmt: skip
def test_only_the_whole_address_opens_an_interview(guarded, spell):
    address, session = guarded
    assert WORDS in ask(address, f"/download/{session}/data.json").text
    for file in ("data.json", "report.md"):
        found = ask(address, f"/download/{spell(session)}/{file}")
        assert found.status == 404
        assert WORDS not in found.text


@pytest.mark.parametrize(
    "path",
    ["/download/../interviews.db", "/download/x/../../interviews.db", "/download/{}/../../interviews.db", "/download/{}/report.db",
     "/download/{}/report.md%2f..%2f..%2finterviews.db", "/download/..%2finterviews.db/data.json", "/static/../../../../etc/passwd",
     "/assets/..%2f..%2f..%2f..%2fetc%2fpasswd", "/interviews.db", "/gradio_api/file=interviews.db", "/gradio_api/file=/etc/passwd",
     "/gradio_api/file/etc/passwd", "/file=/etc/passwd", "/gradio_api/proxy=http://127.0.0.1/"],
)  # fmt: skip
def test_no_file_of_the_server_can_be_had(guarded, path):
    found = ask(guarded[0], path.format(guarded[1]))
    assert found.status in (400, 403, 404, 422)
    assert "root:" not in found.text
    assert "SQLite format" not in found.text


@pytest.mark.parametrize(
    "path",
    ["upload", "upload?upload_id=1", "upload_progress?upload_id=1", "info", "info/", "openapi.json", "call/x", "call/v2/x", "run/x", "api/x",
     "component_server", "process_recording", "stream/x", "deep_link", "runs", "vibe-edit/", "token", "dev/reload", "file/etc/passwd"],
)  # fmt: skip
def test_what_no_page_uses_of_gradio_is_closed_to_everyone(guarded, path):
    staff = log_in(guarded[0]).cookie.partition(";")[0]
    for method in ("GET", "POST"):
        for mount in ("", "/staff"):
            assert ask(guarded[0], f"{mount}/gradio_api/{path}", method, "{}", cookie=staff).status == 404


def test_the_public_layout_names_no_session_and_no_function_of_reviewers(guarded):
    address, session = guarded
    pages = "".join(ask(address, f"/{page}").text for page in CANDIDATE_PAGES)
    assert session not in pages
    assert WORDS not in pages
    assert '"api_visibility":"private"' in pages
    assert not re.search(r'"api_visibility":"(?!private")', pages)
    assert "_on_save" not in pages


def test_other_sites_may_neither_send_nor_read(guarded):
    address, session = guarded
    for origin in ("http://evil.example", "http://localhost:8888", "null"):
        found = ask(address, f"/download/{session}/data.json", origin=origin)
        assert not [name for name in found.headers if name.lower().startswith("access-control")]
        assert not [
            name for name in ask(address, "/", origin=origin).headers if name.lower().startswith("access-control")
        ]
        assert (
            ask(
                address, "/gradio_api/queue/join", "OPTIONS", origin=origin, access_control_request_method="POST"
            ).status
            == 403
        )
        assert ask(address, "/gradio_api/queue/join", "POST", "{}", origin=origin).status == 403


def test_answers_say_that_nothing_is_kept_shown_elsewhere_or_loaded_from_outside(guarded):
    address, session = guarded
    for path in ("/", "/login", f"/download/{session}/data.json", "/staff/"):
        headers = ask(address, path).headers
        assert headers["cache-control"] == "no-store", path
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"


def test_more_than_a_page_would_send_is_not_read(guarded):
    large = b"x" * 3_000_000
    assert ask(guarded[0], "/gradio_api/queue/join", "POST", large).status == 413
    assert ask(guarded[0], "/login", "POST", iter([large]), transfer_encoding="chunked").status in (400, 413)
    assert ask(guarded[0], "/login", "POST", b"", content_length="-5").status in (400, 413)
    assert ask(guarded[0], "/").status == 200


def test_no_page_speaks_over_a_websocket(guarded):
    where = urlsplit(guarded[0])
    with socket.create_connection((where.hostname, where.port), 5) as line:
        line.sendall(
            f"GET /staff/gradio_api/queue/join HTTP/1.1\r\nHost: {where.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        assert not line.recv(200).startswith(b"HTTP/1.1 101")


def test_after_five_wrong_passwords_even_the_right_one_waits_and_a_forged_address_does_not_help(guarded):
    tries = [log_in(guarded[0], "locked", f"wrong {number}", x_forwarded_for=f"10.0.0.{number}") for number in range(6)]
    assert [one.status for one in tries] == [403] * 5 + [429]
    assert re.search(r"15 minutes", tries[-1].text)
    assert log_in(guarded[0]).status == 303


def test_where_no_reviewer_is_set_the_pages_are_off_and_the_login_says_what_to_do(tmp_path):
    with served(tmp_path) as address:
        page = ask(address, "/login?lang=en").text
        assert "interviewer reviewer NAME" in page
        assert "<form" not in page
        assert log_in(address).status == 403
        assert ask(address, "/staff/marking").status == 401
