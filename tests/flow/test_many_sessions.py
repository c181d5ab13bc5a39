"""Commands on many sessions go on past one that cannot be read, name it, and exit 1."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from interviewer.scripted import Fault
from ui.cli import results
from ui.cli.main import main
from ui.cli.results import read_transcript


def spoil(tmp_path: Path, session_id: str) -> None:
    """The session's row as another version of the program might have written it."""
    connection = sqlite3.connect(tmp_path / "data" / "interviews.db")
    connection.execute(
        "update sessions set body = replace(body, '\"language\"', '\"tongue\"') where id = ?", (session_id,)
    )
    connection.commit()
    connection.close()


@pytest.mark.parametrize("command", [["sessions"], ["sessions", "--json"], ["grade", "--pending"]])
def test_one_session_that_cannot_be_read_hides_no_other(hold, tmp_path: Path, capsys, command: list[str]) -> None:
    good, bad = hold(language="en"), hold(language="en")
    good.app.store.close()
    spoil(tmp_path, bad.id)
    assert main([*command, "--data-dir", str(tmp_path / "data"), "--lang", "en"]) == 1
    said = capsys.readouterr()
    assert good.id in said.out or command[0] == "grade"
    assert bad.id in said.err


@pytest.mark.parametrize("chosen", ["all", "named"])
def test_sessions_are_exported_past_one_that_cannot_be_read(hold, tmp_path: Path, capsys, chosen: str) -> None:
    good, bad = [hold(language="en"), hold(language="en")], hold(language="en")
    wanted = {one.id: one.app.store.transcript(one.id) for one in good}
    bad.app.store.close()
    spoil(tmp_path, bad.id)
    which = ["--all"] if chosen == "all" else [bad.id, "nobody", *wanted]
    out = tmp_path / "new" / "sessions"
    shared = ["--data-dir", str(tmp_path / "data"), "--lang", "en"]
    assert main(["export", *which, "--out", str(out), *shared]) == 1
    said = capsys.readouterr()
    assert bad.id in said.err
    assert ("nobody" in said.err) == (chosen == "named")
    assert {path.stem: read_transcript(path) for path in out.iterdir()} == wanted


def test_an_imported_id_that_looks_like_a_path_stays_in_the_folder(hold, tmp_path: Path) -> None:
    held = hold(language="en")
    session = held.app.store.session(held.id).model_copy(update={"id": "../../away"})
    held.app.store.create(session)
    held.app.store.close()
    out = tmp_path / "deep" / "er" / "sessions"
    assert main(["export", "--all", "--out", str(out), "--data-dir", str(tmp_path / "data")]) == 0
    assert len(list(out.iterdir())) == 2
    assert not list(tmp_path.rglob("away.json"))


@pytest.mark.parametrize(
    ("given", "says"),
    [([], "--all"), (["a", "--all"], "--all"), (["a", "b"], "--out"), (["--all"], "--out")],
)
def test_an_export_of_nothing_certain_says_what_to_give(tmp_path: Path, capsys, given: list[str], says: str) -> None:
    assert main(["export", *given, "--data-dir", str(tmp_path / "data"), "--lang", "en"]) == 1
    assert says in capsys.readouterr().err


def test_pending_grades_go_on_past_a_session_whose_grading_fails(
    hold, model_app, tmp_path: Path, capsys, monkeypatch
) -> None:
    """The first session is deleted, as its candidate may, while it is being graded."""
    held = [hold(model_app, language="en") for _ in range(2)]
    for one in held:
        one.answer("I cannot say much about it.")
    connection = sqlite3.connect(tmp_path / "data" / "interviews.db")
    connection.execute("delete from assessments")
    connection.commit()
    connection.close()
    graded: list[str] = []
    real = results.regrade

    async def deleted_meanwhile(state, judge, store, *rest):
        graded.append(state.session.id)
        if len(graded) == 1:
            store.delete(state.session.id, state.session.created_at, "candidate")
        return await real(state, judge, store, *rest)

    monkeypatch.setattr(results, "regrade", deleted_meanwhile)
    shared = ["--data-dir", str(tmp_path / "data"), "--lang", "en", "--base-url", model_app.settings.model.base_url]
    assert main(["grade", "--pending", *shared]) == 1
    said = capsys.readouterr()
    assert graded[0] in said.err
    assert f"{graded[1]}: 1 graded, 0 left" in said.out


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_stays_ungraded_says_why_and_what_to_do_in_one_language(
    hold, model_app, server, tmp_path: Path, capsys, language: str
) -> None:
    """And an interview on a bank that is not served here is named with its bank."""
    held = [hold(model_app, language="zh") for _ in range(2)]
    held[0].run(model_app.chat.connect())
    server.fail(*[Fault("status", status=401)] * 60)
    for one in held:
        one.answer("我觉得是按块来分配显存，用一张表记下来。")
    connection = sqlite3.connect(tmp_path / "data" / "interviews.db")
    connection.execute(
        "update sessions set body = replace(body, 'llm-inference', 'gone-bank') where id = ?", (held[1].id,)
    )
    connection.commit()
    connection.close()
    shared, model = ["--data-dir", str(tmp_path / "data"), "--lang", language], ["--base-url", server.base_url]
    for command in (["grade", "--pending"], ["grade", held[0].id], ["replay", held[0].id]):
        server.calm()
        server.fail(*[Fault("status", status=401)] * 60)
        asked = [*command, *shared, *(model if command[0] == "grade" else [])]
        assert main(asked) == (command[0] == "grade")
        said = capsys.readouterr()
        if command[0] == "grade":
            assert server.base_url in said.out
            assert "api_key" in said.out
        if "--pending" in command:
            assert "gone-bank" in said.out
        chinese = [bool(re.search("[\u4e00-\u9fff]", line)) for line in said.out.splitlines()]
        assert chinese
        if command != ["grade", held[0].id]:  # where the question itself stands in the interview's language
            assert set(chinese) == {language == "zh"}
