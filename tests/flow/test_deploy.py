"""The files under deploy/ are what their programs take."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.mark.skipif(shutil.which("haproxy") is None, reason="no haproxy found: apt-get install haproxy")
def test_haproxy_takes_its_configuration():
    words = ["haproxy", "-c", "-f", str(DEPLOY / "haproxy.cfg"), "-f", str(DEPLOY / "plain.cfg")]
    places = {"PAGE_1": "127.0.0.1:7861", "PAGE_2": "127.0.0.1:7862", "BIND": "127.0.0.1:7860"}
    done = subprocess.run(
        words, env=places | {"PATH": "/usr/sbin:/usr/bin"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_compose_and_kubernetes_files_name_the_addresses_that_the_page_answers():
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf8"))
    assert {"page1", "page2", "haproxy", "postgres", "chroma"} <= set(compose["services"])
    kinds = {one["kind"]: one for one in yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text("utf8"))}
    page = kinds["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    assert page["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert page["livenessProbe"]["httpGet"]["path"] == "/healthz"
