"""The login page as HTML. Plain: no script, so it works before anything is loaded, and everything typed is escaped."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from urllib.parse import urlencode

from interviewer.settings import AccessSettings
from knowledge.models import Language
from ui.texts import say


def login_page(language: Language, wanted: str, settings: AccessSettings, *, name: str = "", wrong: str = "") -> str:
    """The form that leads to `wanted`; `wrong` says in words what was the matter with the last try."""

    def words(key: str, **values: object) -> str:
        return escape(say(language, "login", key, **values))

    alert = f'<p class="alert" role="alert" id="wrong">{escape(wrong)}</p>' if wrong else ""
    off = ' aria-invalid="true" aria-describedby="wrong"' if wrong else ""
    content = f"""<form class="card" method="post" action="/login?{escape(urlencode({"lang": language}))}">
<h1>{words("title")}</h1><p class="lead">{words("lead")}</p>{alert}
<label for="name">{words("name")}</label>
<input id="name" name="name" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="200" required value="{escape(name)}"{off}{"" if name else " autofocus"}>
<label for="password">{words("password")}</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1000" required{off}{" autofocus" if name else ""}>
<input type="hidden" name="next" value="{escape(wanted)}">
<button>{words("go")}</button>
<p class="foot">{words("kept", hours=f"{settings.login_hours:g}")}</p></form>"""
    return _page(language, say(language, "login", "title"), content, wanted)


def closed_page(language: Language, wanted: str) -> str:
    """Where no reviewer is set: that the pages are off, and what to do."""

    def words(key: str) -> str:
        return escape(say(language, "login", key))

    content = f"""<div class="card"><h1>{words("closed_title")}</h1><p class="lead">{words("closed")}</p>
<pre><code>{words("example")}</code></pre><a class="button" href="/?lang={language}">{words("back")}</a></div>"""
    return _page(language, say(language, "login", "closed_title"), content, wanted)


def missing_page(language: Language) -> str:
    """What an address that leads nowhere shows: that it does, and where one can go."""

    def words(key: str) -> str:
        return escape(say(language, "login", key))

    content = f"""<div class="card"><h1>{words("missing_title")}</h1><p class="lead">{words("missing")}</p>
<a class="button" href="/?lang={language}">{words("back")}</a> <a class="button plain" href="/mine?lang={language}">{escape(say(language, "page", "mine"))}</a></div>"""
    return _page(language, say(language, "login", "missing_title"), content, "", "")


def _page(language: Language, title: str, content: str, wanted: str, path: str = "/login") -> str:
    here = ' aria-current="true"'
    links = " ".join(
        f'<a href="{path}?{escape(urlencode({"lang": code, **({"next": _in(code, wanted)} if path else {})}))}" lang="{tag}" hreflang="{tag}"'
        f"{here if code == language else ''}>{words}</a>"
        for code, tag, words in (("zh", "zh-CN", "中文"), ("en", "en", "English"))
    )
    light, dark = colours()
    return Template(files("ui.web").joinpath("access/login.html").read_text("utf8")).substitute(
        tag="en" if language == "en" else "zh-CN", language=language, title=escape(title), light=light, dark=dark,
        brand=escape(say(language, "page", "title")), language_label=escape(say(language, "page", "language")),
        languages=links, content=content,
    )  # fmt: skip


def _in(language: str, wanted: str) -> str:
    """The page that is wanted, in this language, where its address names one."""
    return re.sub(r"([?&]lang=)(zh|en)\b", rf"\g<1>{language}", wanted)


@cache
def colours() -> tuple[str, str]:
    """The site's colour variables, light and dark, as page.css sets them."""
    style = files("ui.web").joinpath("page.css").read_text("utf8")
    found = [re.search(rf"^{mark} \{{([^}}]*)\}}", style, re.MULTILINE) for mark in (":root", r"\.dark")]
    light, dark = (one[1].strip() if one else "" for one in found)
    if not light or not dark:
        raise ValueError("page.css no longer begins with :root { … } and .dark { … }")
    return light, dark
