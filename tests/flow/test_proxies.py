"""Behind a proxy and beside one: who a visitor is, which host was asked for, and who is believed when saying so."""

from __future__ import annotations

import json
import re

import pytest

from interviewer.errors import SettingsError
from interviewer.settings import load_settings
from tests.flow.browser import served
from tests.flow.test_access import ask, log_in
from ui.web.access.peers import is_served, trusts

FORWARDED = {"x_forwarded_for": "10.9.9.9", "x_forwarded_host": "evil.example", "x_forwarded_proto": "https"}


@pytest.fixture(scope="module")
def open_site(tmp_path_factory, reviewers):
    """A page that trusts no proxy: (address, its log)."""
    folder = tmp_path_factory.mktemp("open")
    with served(folder, environ=reviewers, log=folder / "log") as url:
        yield url, folder / "log"


@pytest.fixture(scope="module")
def proxied(tmp_path_factory, reviewers):
    """A page behind a proxy on this machine, with two host names."""
    folder = tmp_path_factory.mktemp("proxied")
    proxy = {"INTERVIEWER_ACCESS__TRUSTED_PROXIES": "127.0.0.0/8, 10.1.0.1", "INTERVIEWER_ACCESS__HOSTS": "team.example, *.inner.example"}  # fmt: skip
    with served(folder, environ=reviewers | proxy, log=folder / "log") as url:
        yield url, folder / "log"


def test_wrong_passwords_of_one_visitor_behind_the_proxy_lock_nobody_else_out(proxied):
    host = {"x_forwarded_host": "team.example"}
    for number in range(25):
        log_in(proxied[0], f"name{number}", "wrong wrong", x_forwarded_for="10.0.0.66", **host)
    for _ in range(6):
        refused = log_in(proxied[0], password="wrong wrong", x_forwarded_for="10.0.0.66", **host)
    assert refused.status == 429
    assert log_in(proxied[0], x_forwarded_for="10.0.0.7", **host).status == 303
    assert log_in(proxied[0], x_forwarded_for="10.0.0.66", **host).status == 429
    assert "is not among access.trusted_proxies" not in proxied[1].read_text("utf8")


def test_what_a_visitor_claims_beside_the_proxy_is_not_believed(proxied):
    host = {"x_forwarded_host": "team.example"}
    for number in range(
        6
    ):  # the proxy appends where the request came from; what the visitor wrote before it is nothing
        claimed = f"10.5.0.{number}, 10.0.0.88"
        refused = log_in(proxied[0], "forged", "wrong wrong", x_forwarded_for=claimed, **host)
    assert refused.status == 429


def test_a_peer_that_forwards_and_is_not_trusted_is_named_once_with_what_to_set(open_site):
    for _ in range(3):
        assert ask(open_site[0], "/", **FORWARDED).status == 200
    lines = [line for line in open_site[1].read_text("utf8").splitlines() if "trusted_proxies" in line]
    assert len(lines) == 1
    assert "INTERVIEWER_ACCESS__TRUSTED_PROXIES=127.0.0.1" in lines[0]


@pytest.mark.parametrize(
    "headers",
    [FORWARDED, {"x_gradio_server": "http://evil.example"}, {"forwarded": "host=evil.example"}, {"x_original_url": "/staff/"},
     {"x_forwarded_prefix": "/evil"}, {"x_forwarded_host": "evil.example, b"}],
)  # fmt: skip
def test_no_header_of_a_stranger_changes_where_a_page_leads(open_site, headers):
    page = ask(open_site[0], "/interview?lang=en", **headers)
    assert page.status == 200
    assert "evil" not in page.text
    assert config(page)["root"] == open_site[0].rstrip("/")
    assert ask(open_site[0], "/staff/", **headers).status == 401


def config(page):
    return json.JSONDecoder().raw_decode(page.text.partition("window.gradio_config = ")[2])[0]


def test_of_a_trusted_proxy_host_and_scheme_are_believed(proxied):
    told = {"x_forwarded_host": "team.example", "x_forwarded_proto": "https", "x_forwarded_for": "10.0.0.7"}
    assert config(ask(proxied[0], "/", **told))["root"] == "https://team.example"
    assert 'content="https://team.example/icon.png"' in ask(proxied[0], "/", **told).text
    other = {**told, "x_forwarded_port": "8443"}
    assert config(ask(proxied[0], "/", **other))["root"] == "https://team.example:8443"
    assert "evil" not in ask(proxied[0], "/", x_gradio_server="http://evil.example", **told).text


def test_a_form_sent_through_a_proxy_that_asks_under_another_host_is_from_here(proxied):
    told = {"x_forwarded_host": "team.example", "x_forwarded_for": "10.0.0.9", "origin": "http://team.example"}
    assert log_in(proxied[0], **told).status == 303
    assert log_in(proxied[0], **{**told, "origin": "http://evil.example"}).status == 403


def test_another_host_name_is_refused_in_words(proxied):
    for named in (
        {"host": "evil.example"},
        {"x_forwarded_host": "evil.example"},
        {"host": ""},
        {"host": "team.example.evil"},
    ):
        found = ask(proxied[0], "/?lang=en", **named)
        assert found.status == 400, named
        assert "team.example, *.inner.example" in found.text
        assert "<script" not in found.text
    assert "这台服务器没有" in ask(proxied[0], "/", host="evil.example").text
    for name in ("team.example", "TEAM.example:443", "a.inner.example", "team.example."):
        assert ask(proxied[0], "/", host=name).status == 200, name
    hostile = ask(proxied[0], "/?lang=en", host='"><script>alert(1)</script>')
    assert (hostile.status, "<script" in hostile.text) == (400, False)


@pytest.mark.parametrize(
    ("trusted", "peer", "is_one"),
    [
        (("10.0.0.1",), "10.0.0.1", True),
        (("10.0.0.1",), "::ffff:10.0.0.1", True),
        (("10.0.0.0/8",), "10.20.30.40", True),
        (("10.1.2.3/8",), "10.20.30.40", True),
        (("fd00::/8",), "fd12::1", True),
        (("*",), "6.6.6.6", True),
        (("10.0.0.1",), "10.0.0.2", False),
        (("10.0.0.1",), "", False),
        (("10.0.0.1",), "testclient", False),
        ((), "127.0.0.1", False),
    ],
)
def test_a_peer_is_trusted_by_address_or_network(trusted, peer, is_one):
    assert trusts(trusted, peer) is is_one


@pytest.mark.parametrize("wrong", ["proxy", "10.0.0", "10.0.0.1;10.0.0.2", "300.1.1.1", "http://10.0.0.1"])
def test_a_proxy_that_is_no_address_is_refused_at_the_start(tmp_path, wrong):
    with pytest.raises(SettingsError, match=re.escape("access.trusted_proxies")):
        load_settings({}, {"INTERVIEWER_ACCESS__TRUSTED_PROXIES": wrong}, tmp_path)


def test_any_host_is_served_where_none_is_set():
    assert is_served((), "anything")
    assert is_served(("[::1]",), "[::1]:7860")
    assert not is_served(("*.a.example",), "a.example")
