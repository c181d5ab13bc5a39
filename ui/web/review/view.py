"""The list of sessions as HTML: filters as a plain form, a table, pages of it. What a person typed is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from html import escape
from urllib.parse import urlencode

from interviewer.report.wording import number
from interviewer.review.listing import PAGE, Listed, Page
from knowledge.models import Bank
from ui.web.frame import STAFF, Visitor
from ui.web.review.query import CHOICES, LOOKS, NAMES, ORDERS, encoded, kept

NOTHING = '<span class="muted">–</span>'


def lead(visitor: Visitor) -> str:
    return f'<div class="lead"><h1>{_say(visitor, "heading")}</h1><p>{_say(visitor, "lead")}</p></div>'


def filters(banks: Mapping[str, Bank], visitor: Visitor) -> str:
    """The form; it works as a link does, so the address always says what is listed."""
    query = visitor.query
    fields = [
        f'<label class="wide"><span>{_say(visitor, "text")}</span><input type="search" name="text" maxlength="200" '
        f'value="{escape(query.get("text", ""))}" placeholder="{_say(visitor, "text_hint")}"></label>'
    ]
    if len(banks) > 1:
        names = [(bank.id, bank.name.to(visitor.language)) for bank in banks.values()]
        fields.append(_select("bank", names, visitor))
    for name, values in CHOICES.items():
        fields.append(
            _select(NAMES.get(name, name), [(v, visitor.say("review", f"{name}_{v}")) for v in values], visitor)
        )
    zone = f"UTC{datetime.now().astimezone(visitor.zone).isoformat()[-6:]}"  # as `wanted_of` reads days
    for name in ("since", "until"):
        value, label = escape(query.get(name, "")), escape(visitor.say("review", name, zone=zone))
        fields.append(f'<label><span>{label}</span><input type="date" name="{name}" value="{value}"></label>')
    fields.append(_select("order", [(one, visitor.say("review", f"order_{one}")) for one in ORDERS], visitor, "newest"))
    looks = "".join(
        f'<label class="chip"><input type="checkbox" name="{name}" value="1"{" checked" if query.get(name) == "1" else ""}>'
        f"<span>{_say(visitor, f'look_{name}')}</span></label>"
        for name in LOOKS
    )
    some = len(kept(query))
    opened = " open" if some else ""
    clear = f'<a href="{visitor.link(f"{STAFF}/")}" data-list class="button plain">{_say(visitor, "clear")}</a>'
    return f"""<form class="card review-filters" action="{STAFF}/" method="get" role="search" aria-label="{_say(visitor, "filters")}">
<input type="hidden" name="lang" value="{visitor.language}">
<details{opened}><summary>{_say(visitor, "filters")}</summary>
<div class="fields">{"".join(fields)}</div>
<fieldset class="chips"><legend>{_say(visitor, "looks")}</legend>{looks}</fieldset>
<div class="go"><button type="submit" class="button">{_say(visitor, "filter")}</button>{clear}</div></details></form>"""


def _select(name: str, choices: list[tuple[str, str]], visitor: Visitor, none: str = "every") -> str:
    """`none` is the key of the words for leaving it open."""
    chosen = visitor.query.get(name, "")
    options = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(words)}</option>'
        for value, words in [("", visitor.say("review", none)), *choices]
    )
    return f'<label><span>{_say(visitor, name)}</span><select name="{name}">{options}</select></label>'


def listing(page: Page, visitor: Visitor) -> str:
    """The table with what stands above and below it."""
    said = encoded(visitor.query)
    files = "".join(
        f' <a href="{STAFF}/export/{escape(name)}?{escape(said)}" download>{_say(visitor, key)}</a>'
        for name, key in (("sessions.jsonl", "as_json_lines"), ("scores.csv", "as_csv"))
    )
    count = escape(visitor.say("review", "count_one" if page.count == 1 else "count", n=f"{page.count:,}"))
    saved = f'<span class="files">{_say(visitor, "save")}{files}</span>' if page.count else ""
    above = f'<p class="above"><strong role="status">{count}</strong>{saved}</p>'
    if not page.lines and not page.unread:
        key = "none_found" if said else "none_yet"
        return f'{above}<div class="empty">{_say(visitor, key)}</div>'
    heads = ("who", "begun", "what", "asked", "total", "looks")
    head = "".join(
        f'<th scope="col"{" class=num" if name in ("asked", "total") else ""}>{_say(visitor, f"col_{name}")}</th>'
        for name in heads
    )
    rows = "".join(_row(one, visitor, said) for one in page.lines)
    rows += "".join(_unread(session_id, len(heads), visitor) for session_id in page.unread)
    return (
        f'{above}<div class="card sheet"><table class="table sessions"><caption class="hush">{_say(visitor, "heading")}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>{_pager(page, visitor)}"
    )


def _row(one: Listed, visitor: Visitor, said: str) -> str:
    session = one.summary.session
    link = visitor.link(f"{STAFF}/session", session=session.id, **({"list": said} if said else {}))
    name = escape(session.candidate) or f'<span class="muted">{_say(visitor, "nameless")}</span>'
    bank = one.bank.to(visitor.language) if one.bank else visitor.say("review", "bank_missing", bank=session.bank_id)
    what = [bank, *(visitor.say("review", f"{f}_{getattr(session, f)}") for f in ("mode", "language", "thinking"))]
    looks = tags(one, visitor)
    cells = (
        ("who", f'<a href="{link}">{name}</a> {_status(one, visitor)}<br><code>{escape(session.id)}</code>', ""),
        ("begun", local(session.created_at), ""),
        ("what", f'{escape(what[0])}<br><span class="muted">{escape(" · ".join(what[1:]))}</span>', ""),
        ("asked", escape(visitor.say("review", "of", n=one.asked, m=one.planned)), "num"),
        ("total", _total(one, visitor), "num nothing" if one.total is None else "num"),
        ("looks", looks, "nothing" if looks == NOTHING else ""),
    )
    return "<tr>" + "".join(
        f'<td data-label="{_say(visitor, f"col_{key}")}" class="{key} {kind}">{html}</td>' for key, html, kind in cells
    ) + "</tr>"  # fmt: skip


def _unread(session_id: str, wide: int, visitor: Visitor) -> str:
    return (
        f'<tr><td class="who" colspan="{wide}" data-label="{_say(visitor, "col_who")}"><code>{escape(session_id)}</code> '
        f'<span class="tag bad">{_say(visitor, "unreadable")}</span> {_say(visitor, "unreadable_why")}</td></tr>'
    )


def _status(one: Listed, visitor: Visitor) -> str:
    if one.summary.finished:
        return ""
    key, kind = ("status_paused", "") if one.summary.paused else ("status_active", " accent")
    return f'<span class="tag{kind}">{_say(visitor, key)}</span>'


def _total(one: Listed, visitor: Visitor) -> str:
    if one.total is None:
        return NOTHING
    band = visitor.say("bands", one.band) if one.band else visitor.say("review", "little")
    own = f'<br><span class="tag warn">{_say(visitor, "own")}</span>' if one.own else ""
    return f'<strong>{number(one.total)}</strong><br><span class="muted">{escape(band)}</span>{own}'


def tags(one: Listed, visitor: Visitor) -> str:
    """What a session needs a look for, as tags; a dash where there is nothing."""
    found = [
        (one.objections, "bad", "tag_objections"), (one.orders, "bad", "tag_orders"), (one.off_topic, "warn", "tag_off_topic"),
        (one.ungraded, "warn", "tag_ungraded"), (one.faults, "warn", "tag_faults"), (one.reviewed, "good", "tag_reviewed"),
    ]  # fmt: skip
    shown = "".join(
        f'<span class="tag {kind}">{escape(visitor.say("review", key, n=n))}</span>' for n, kind, key in found if n
    )
    if one.least_sure is not None:
        shown += f'<span class="tag">{escape(visitor.say("review", "tag_sure", percent=f"{100 * one.least_sure:.0f}"))}</span>'
    return f'<span class="tags">{shown}</span>' if shown else NOTHING


def local(at: datetime) -> str:
    """A time in the server's time zone, to the minute."""
    here = at.astimezone()
    return f'<time datetime="{here.isoformat(timespec="seconds")}">{here:%Y-%m-%d} {here:%H:%M}</time>'


def _pager(page: Page, visitor: Visitor) -> str:
    pages, here = -(-page.count // PAGE), page.first // PAGE + 1
    if pages < 2:
        return ""

    def link(key: str, to: int) -> str:
        if not 1 <= to <= pages:
            return f'<span class="muted">{_say(visitor, key)}</span>'
        query = {**kept(visitor.query), "page": str(to), "lang": visitor.language}
        return f'<a data-list href="{STAFF}/?{escape(urlencode(query))}">{_say(visitor, key)}</a>'

    where = escape(visitor.say("review", "page", n=here, of=pages))
    return f'<nav class="pager" aria-label="{_say(visitor, "pages")}">{link("previous", here - 1)}<span>{where}</span>{link("next", here + 1)}</nav>'


def _say(visitor: Visitor, key: str) -> str:
    return escape(visitor.say("review", key))
