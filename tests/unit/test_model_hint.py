"""The start page says how to get a model, to whoever runs it for themselves and has none."""

from __future__ import annotations

import pytest

from interviewer.app import App
from interviewer.settings import load_settings
from ui.web.frame import Visitor
from ui.web.start.model_hint import model_hint


@pytest.mark.parametrize(
    ("flags", "shown"),
    [({}, True), ({"ui.host": "0.0.0.0"}, False), ({"model.base_url": "http://gpu-box:8000/v1"}, False)],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_hint_is_for_ones_own_page_without_a_model(flags, shown, language, tmp_path):
    app = App(load_settings({"data_dir": str(tmp_path), **flags}, environ={}, folder=tmp_path))
    said = model_hint(app, Visitor(language=language, query={}))
    assert ("interviewer model" in said) is shown
    assert ("ollama pull" in said) is shown
