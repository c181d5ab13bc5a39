"""Commands on many sessions go on past one that cannot be read, name it, and exit 1."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from ui.cli.main import main


@pytest.mark.parametrize("command", [["sessions"], ["sessions", "--json"], ["grade", "--pending"]])
def test_one_session_that_cannot_be_read_hides_no_other(hold, tmp_path: Path, capsys, command: list[str]) -> None:
    good, bad = hold(language="en"), hold(language="en")
    good.app.store.close()
    connection = sqlite3.connect(tmp_path / "data" / "interviews.db")
    connection.execute("update sessions set body = replace(body, '\"language\"', '\"tongue\"') where id = ?", (bad.id,))
    connection.commit()
    connection.close()
    assert main([*command, "--data-dir", str(tmp_path / "data"), "--lang", "en"]) == 1
    said = capsys.readouterr()
    assert good.id in said.out or command[0] == "grade"
    assert bad.id in said.err
