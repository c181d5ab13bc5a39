"""The start of the page: a line at once, ready time said, nothing heavy that the first page does not need."""

from __future__ import annotations

import json
import os
import re
import selectors
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextmanager
def started(folder, *flags):
    """`interviewer ui` as a process, its two outputs as pipes."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("INTERVIEWER_")}
    command = [sys.executable, "-m", "ui.cli.main", "ui", "--port", "0", "--data-dir", str(folder), *flags]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean, cwd=folder
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_line_comes_at_once_and_the_ready_time_at_the_end(tmp_path):
    with started(tmp_path, "--lang", "en") as process:
        with selectors.DefaultSelector() as waiting:
            for stream in (process.stdout, process.stderr):
                waiting.register(stream, selectors.EVENT_READ)
            first = {key.fileobj for key, _ in waiting.select(60)}
        assert first == {process.stderr}, "what is being done comes before the address"
        assert process.stderr.readline().startswith("Starting")
        lines = [process.stdout.readline() for _ in range(5)]
        address = re.search(r"http://\S+", lines[0])[0]
        assert re.search(r"Ready in \d+\.\d s", lines[-1])
        assert any("interviewer model" in line for line in lines)
        with urllib.request.urlopen(address, timeout=30) as page:
            assert page.status == 200


PROBE = """
import json, sys
from interviewer.app import App
from interviewer.settings import load_settings
from ui.web.quick_start import import_gradio
import inspect
before = inspect.getfile
import_gradio()
from ui.web.serving import make_server
app = App(load_settings({"data_dir": sys.argv[1]}, environ={}))
server = make_server(app)
import gradio.caching
loaded = {name.split(".")[0] for name in sys.modules}
later = gradio.caching.pd.DataFrame({"a": [1, 2]}).shape
print(json.dumps({"restored": inspect.getfile is before, "heavy": sorted(loaded & {"pandas", "langgraph", "chromadb", "openai", "langchain"}), "later": later}))
"""


def test_nothing_heavy_is_loaded_that_the_first_page_does_not_need(tmp_path):
    done = subprocess.run([sys.executable, "-c", PROBE, str(tmp_path)], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {"restored": True, "heavy": [], "later": [2, 1]}
