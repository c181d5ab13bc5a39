"""Who is let into the reviewers' pages: passwords, locks that cannot be raced or abused, tokens that end."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest

from interviewer.access import Accounts, hashed, with_reviewer
from interviewer.access.passwords import decoy, matches, readable
from interviewer.errors import AccessDenied, SessionDeleted, SettingsError
from interviewer.interview.interviews import StartRequest
from interviewer.settings import AccessSettings, load_settings
from interviewer.store import Store
from ui.cli.keeping import expire_hourly
from ui.web.access.gate import is_staff
from ui.web.access.routes import safe
from ui.web.access.walls import from_here

PASSWORD = "a good password"
SALT = b"the same for all"
"""Hashes name test cases, and every process must collect the same ones."""
HASH = hashed(PASSWORD, cost=16, salt=SALT)
WU = hashed("another password", cost=16, salt=SALT)
LOCKED, WRONG = {"locked": True}, {"locked": False}


@pytest.fixture
def store(tmp_path):
    opened = Store.open(f"sqlite:///{tmp_path / 'store.sqlite'}")
    yield opened
    opened.close()


@pytest.fixture
def accounts(store, clock):
    return made(store, clock)


def made(store, clock, reviewers=f"li:{HASH} wu:{WU}", **settings):
    return Accounts(AccessSettings.model_validate({"reviewers": reviewers, **settings}), store, clock)


def refused(accounts, name="li", password="wrong wrong", address="10.0.0.1"):
    with pytest.raises(AccessDenied) as caught:
        accounts.log_in(name, password, address)
    return {"locked": caught.value.details["locked"]}


def test_a_password_matches_its_hash_and_no_other():
    assert matches(PASSWORD, HASH)
    assert not matches(PASSWORD + " ", HASH)
    assert not matches(PASSWORD, decoy(HASH))
    assert hashed(PASSWORD, cost=16) != HASH
    assert PASSWORD not in HASH


def test_one_password_typed_on_two_keyboards_is_one_password():
    assert matches("cafe\u0301 cafe\u0301", hashed("caf\u00e9 caf\u00e9"))


@pytest.mark.parametrize("short", ["", "1234567"])
def test_a_short_password_is_refused(short):
    with pytest.raises(ValueError, match="8 characters"):
        hashed(short)


@pytest.mark.parametrize(
    "broken",
    ["", "x", HASH[:-1], HASH + ".x", HASH.replace("scrypt", "plain"), "scrypt.0.8.1.AA.AA", "scrypt.a.b.c.d.e",
     HASH.replace("scrypt.16", "scrypt.1073741824"), HASH.replace("scrypt.16", "scrypt.15"), "scrypt.32768.8.3.!!.??"],
)  # fmt: skip
def test_a_hash_that_is_cut_off_or_would_take_all_memory_is_named_with_its_reviewer(store, clock, broken):
    assert not readable(broken)
    with pytest.raises(SettingsError, match="'li'") as caught:
        made(store, clock, f"li:{broken}")
    assert "interviewer reviewer" in caught.value.fix
    assert not broken or broken not in str(caught.value)


def test_reviewers_are_added_beside_those_that_are_set_and_get_a_new_password_by_name():
    listed = with_reviewer("", "li", PASSWORD)
    listed = with_reviewer(listed, "wu.min-1", "another password")
    assert [entry.partition(":")[0] for entry in listed.split()] == ["li", "wu.min-1"]
    again = with_reviewer(listed, "li", "a new password")
    assert len(again.split()) == 2
    assert again.split()[1] == listed.split()[1]
    assert matches("a new password", dict(one.split(":") for one in again.split())["li"])


@pytest.mark.parametrize("name", ["", "li wei", "li:wei", "li\n", "\x1b[31m", "li'", 'l"i', "$li", "l" * 65])
def test_a_name_that_would_break_the_list_is_refused(name):
    with pytest.raises(SettingsError, match="cannot be a reviewer's name"):
        with_reviewer("", name, PASSWORD)


def test_reviewers_are_masked_wherever_settings_are_shown(tmp_path):
    found = load_settings({}, {"INTERVIEWER_ACCESS__REVIEWERS": f"li:{HASH}"}, tmp_path)
    assert ("access.reviewers", "***", "$INTERVIEWER_ACCESS__REVIEWERS") in list(found.rows())
    assert HASH not in repr(found) + repr(list(found.rows())) + str(found.access)


def test_the_right_password_gives_a_token_of_its_own_that_names_the_reviewer(accounts):
    one, two = (accounts.log_in("li", PASSWORD, "10.0.0.1") for _ in range(2))
    assert one != two
    assert len(one) >= 43
    assert accounts.reviewer(one) == accounts.reviewer(two) == "li"
    for other in ("", "x", one[:-1], one.swapcase(), "\ud83d"):
        assert accounts.reviewer(other) is None


def test_a_token_ends_with_its_hours_with_logging_out_and_with_a_new_password(store, accounts, clock):
    token, other = (accounts.log_in("li", PASSWORD, "10.0.0.1") for _ in range(2))
    accounts.log_out(token)
    accounts.log_out("unknown")
    assert accounts.reviewer(token) is None
    assert accounts.reviewer(other) == "li"
    assert made(store, clock, f"wu:{WU}").reviewer(other) is None
    assert made(store, clock, f"li:{hashed('a new password')}").reviewer(other) is None
    clock.pass_(hours=11.9)
    assert accounts.reviewer(other) == "li"
    clock.pass_(hours=0.2)
    assert accounts.reviewer(other) is None


def test_the_store_keeps_no_token_and_no_password(accounts, tmp_path):
    token = accounts.log_in("li", PASSWORD, "10.0.0.1")
    refused(accounts, password="guess-guess-guess")
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for secret in (token, PASSWORD, "guess-guess-guess", HASH):
        assert secret.encode() not in kept


def test_an_unknown_name_is_refused_like_a_wrong_password(accounts):
    for name in ("nobody", "", "LI", "li ", "li\0", "x" * 5000):
        with pytest.raises(AccessDenied) as unknown:
            accounts.log_in(name, PASSWORD, "10.0.0.9")
        assert unknown.value.what == "Name or password is wrong."


def test_after_five_failures_even_the_right_password_waits_and_then_works_again(accounts, clock):
    assert [refused(accounts) for _ in range(6)] == [WRONG] * 5 + [LOCKED]
    assert refused(accounts, password=PASSWORD) == LOCKED
    clock.pass_(minutes=14)
    assert refused(accounts, password=PASSWORD) == LOCKED
    clock.pass_(minutes=2)
    assert accounts.reviewer(accounts.log_in("li", PASSWORD, "10.0.0.1")) == "li"


def test_a_success_forgives_the_failures_of_that_name_from_there(accounts):
    for _ in range(3):
        assert [refused(accounts) for _ in range(4)] == [WRONG] * 4
        accounts.log_in("li", PASSWORD, "10.0.0.1")


def test_a_stranger_cannot_lock_a_reviewer_out_who_sits_elsewhere(accounts, clock):
    token = accounts.log_in("li", PASSWORD, "10.0.0.1")
    seen = [refused(accounts, address="6.6.6.6") for _ in range(60)]
    assert seen == [WRONG] * 5 + [LOCKED] * 55
    assert accounts.reviewer(accounts.log_in("li", PASSWORD, "10.0.0.1")) == "li"
    assert accounts.reviewer(token) == "li"


def test_a_reviewer_cannot_clear_the_count_of_guesses_at_a_colleague_with_a_login_of_their_own(accounts):
    guesses = []
    for _ in range(8):
        accounts.log_in("wu", "another password", "10.0.0.1")
        guesses.append(refused(accounts))
    assert guesses == [WRONG] * 5 + [LOCKED] * 3


def test_one_address_may_not_try_name_after_name(accounts):
    seen = [refused(accounts, name=f"name{number}") for number in range(23)]
    assert seen == [WRONG] * 20 + [LOCKED] * 3
    assert accounts.reviewer(accounts.log_in("li", PASSWORD, "10.0.0.2")) == "li"


def test_many_addresses_together_may_not_guess_on_at_one_name(accounts, store, clock):
    for number in range(50):
        store.logins.refuse(store.logins.begin(clock(), "li", f"10.1.0.{number}"), "failed")
    assert refused(accounts, password=PASSWORD) == LOCKED
    accounts.log_in("wu", "another password", "10.0.0.1")


def test_one_ipv6_subscriber_is_one_address(accounts):
    places = [f"2001:db8:1:2::{number:x}" for number in range(1, 7)]
    assert [refused(accounts, address=place) for place in places] == [WRONG] * 5 + [LOCKED]
    accounts.log_in("li", PASSWORD, "2001:db8:1:3::1")
    assert refused(accounts, address="::ffff:10.0.0.1") == WRONG


def test_of_tries_sent_at_once_by_two_processes_no_more_than_five_are_looked_at(store, clock, tmp_path):
    other = Store.open(f"sqlite:///{tmp_path / 'store.sqlite'}")
    both = [made(store, clock), made(other, clock)]
    seen = []

    def guess(number):
        seen.append(refused(both[number % 2])["locked"])

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert len(seen) == 24
    looked_at = seen.count(False)
    assert looked_at <= 5
    assert [refused(both[0]) for _ in range(6 - looked_at)] == [WRONG] * (5 - looked_at) + [LOCKED]


def test_old_tries_are_forgotten_after_a_month(accounts, store, clock):
    refused(accounts)
    clock.pass_(days=29)
    assert accounts.forget_old() == 0
    clock.pass_(days=2)
    assert accounts.forget_old() == 1
    assert store.logins.failures(clock() - timedelta(days=99), name="li") == 0


@pytest.mark.parametrize(
    "path",
    [
        "/staff",
        "/staff/",
        "/staff/x",
        "//staff/",
        "///staff//x",
        "/./staff/",
        "/x/../staff/",
        "/STAFF/",
        "/Staff",
        "\\staff\\",
        "/staff/../staff/",
        "staff",
    ],
)
def test_the_reviewers_pages_are_known_however_they_are_spelt(path):
    assert is_staff(path)


@pytest.mark.parametrize("path", ["/", "/staffroom", "/download/staff/", "/interview", "/staff/../", "/x/staff/"])
def test_other_pages_are_no_reviewers_pages(path):
    assert not is_staff(path)


@pytest.mark.parametrize("wanted", ["/staff/", "/staff/marking", "/staff/?session=abc&lang=en", "/staff/knowledge#x"])
def test_a_login_leads_on_to_the_page_that_was_wanted(wanted):
    assert safe(wanted) == wanted


@pytest.mark.parametrize(
    "wanted",
    ["", "//evil.example/staff/", "https://evil.example/staff/", "javascript:alert(1)", "/\\evil.example", "\\\\evil.example",
     "/staff", "/staffroom/", "/staff/../x", "/staff/\r\nset-cookie: a=b", " /staff/", "\t//evil.example", "/staff/\\..", "http:/staff/",
     "//[staff/", "/interview", "staff/", "/staff/\ud800", "https:evil.example", "/%2f/evil.example", "///evil.example"],
)  # fmt: skip
def test_a_login_leads_nowhere_else(wanted):
    assert safe(wanted) == "/staff/"


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({}, True),
        ({"sec-fetch-site": "same-origin", "origin": "https://x", "host": "inner:7860"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-site", "origin": "http://a:1", "host": "a:1"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"origin": "http://team:7860", "host": "team:7860"}, True),
        ({"origin": "http://team:8888", "host": "team:7860"}, False),
        ({"origin": "http://evil.example", "host": "team:7860"}, False),
        ({"origin": "null", "host": "team:7860"}, False),
    ],
)
def test_only_pages_of_this_very_site_may_send_anything(headers, ours):
    assert from_here(headers) is ours


def test_sessions_idle_for_longer_than_the_setting_are_deleted_and_others_stay(make_app, clock, runner):
    app = make_app(keep_days="30")
    old = runner.run(app.interviews.start(StartRequest(questions=1)))
    clock.pass_(days=20)
    young = runner.run(app.interviews.start(StartRequest(questions=1)))
    assert app.expire() == 0
    clock.pass_(days=10, minutes=1)
    assert app.expire() == 1
    assert [one.session.id for one in app.store.sessions()] == [young.session.id]
    with pytest.raises(SessionDeleted, match="2026-02-04"):
        app.store.session(old.session.id)


def test_without_the_setting_nothing_expires(app, clock, runner):
    runner.run(app.interviews.start(StartRequest(questions=1)))
    clock.pass_(days=9999)
    assert app.expire() == 0
    assert len(app.store.sessions()) == 1


def test_the_hourly_look_survives_a_store_that_fails_and_stops_when_told(make_app, clock, runner, caplog):
    app = make_app(keep_days="1")
    runner.run(app.interviews.start(StartRequest(questions=1)))
    clock.pass_(days=2)
    over = threading.Event()
    with closed_for_a_moment(app):
        looking = threading.Thread(target=expire_hourly, args=(app, over, 0.05))
        looking.start()
        while "could not be deleted" not in caplog.text:
            over.wait(0.01)
    while app.store.sessions():
        over.wait(0.01)
    over.set()
    looking.join(5)
    assert not looking.is_alive()
    assert "1 interviews deleted" in caplog.text


@contextmanager
def closed_for_a_moment(app):
    """The tables of the store are away, as while a backup is put back."""
    with sqlite3.connect(app.settings.data_dir / "interviews.db") as other:
        other.execute("alter table sessions rename to away")
        other.commit()
        yield
        other.execute("alter table away rename to sessions")
    other.close()


@pytest.mark.parametrize(
    "wanted",
    ["/staff/%2e%2e/x", "/staff/%252e%252e/x", "/staff/..%2f..%2fevil", "/staff/%5c%5cevil.example", "/staff/%0d%0aset-cookie:a=b",
     "/%2fevil.example", "%2F%2Fevil.example", "/staff%2f..%2f", "/staff//evil.example", "/staff/./x", "/staff/%09x", "/staff/%25252525252e"],
)  # fmt: skip
def test_an_address_that_is_encoded_leads_nowhere_else_either(wanted):
    assert safe(wanted) == "/staff/"
