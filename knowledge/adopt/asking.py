"""Whether a text asks something, by its words alone, in Chinese and English.

Its rule: it only weighs one text; whether it is a question of the list is decided where its neighbours are known.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from knowledge.adopt.traditional import simplified

Asking = Literal[0, 1, 2, 3]
"""3: a question mark or a question's number; 2: begins as a question or a task; 1: speaks of a difference, a reason or the like; 0: neither."""

_MARK = re.compile(r"[?？](?=\W*$|\s*[（(\[【].{0,200}[)）\]】]\W*$)|？|[?](?:\s|$)")
_NUMBERED = re.compile(
    r"^\W*(?:q(?:uestion)?\.?\s*\d{0,4}\s*[:：.)、-]|q\d{1,4}\b|第\s*[\d一二三四五六七八九十百]{1,4}\s*[题问]|(?:问题|题目|面试题|编程题|场景|案例|练习)\s*[\d一二三四五六七八九十]{1,3}\s*[:：.、)）]?"
    r"|问\s*[:：]|(?:exercise|task|scenario|problem|challenge)\s*#?\d{1,3}\s*[:：.)-])",
    re.IGNORECASE,
)
_BEGINS_EN = re.compile(
    r"^(?:(?:and|but|so|then|also|now|ok(?:ay)?|please|briefly|in your own words|in \w+,|given [^,]{3,60},|suppose [^,]{3,80},|imagine [^,]{3,80},|if [^,]{3,80},|when [^,]{3,80},|for [^,]{3,60},)[,\s]+)?"
    r"(?:what(?:'s|’s)?|why|how(?:'s|’s)?|when|where|which|who|whose|whom|is|isn't|are|aren't|was|were|do|don't|does|doesn't|did|didn't|can|can't|could|couldn't|should|shouldn't|would|wouldn't|will|won't|has|have|haven't|had|may|might|must"
    r"|explain|describe|compare|contrast|define|list|name|give|tell|talk|walk|write|implement|design|discuss|differentiate|distinguish|difference|differences|state|outline|show|illustrate|draw|sketch|solve|find|calculate|compute|derive|prove|estimate"
    r"|build|create|demonstrate|elaborate|enumerate|identify|justify|mention|summari[sz]e|analy[sz]e|evaluate|debug|fix|optimi[sz]e|refactor|reverse|sort|check|determine|convert|predict|suggest|propose|consider|suppose|imagine|assume|provide|share|rate|pick|choose)\b",
    re.IGNORECASE,
)
_STATES = re.compile(r"(?:when|where|which|whose|who)\b[^?？]*\.\s*$", re.IGNORECASE)
"""`When two of them wait for each other.` answers; a question would end in a question mark, or in none at all."""
_BEGINS_ZH = re.compile(
    r"^(?:请(?!求)|试|如何|怎[么样]|为什么|为何|什么|何[为谓时]|哪|谁|多少|几[种个]|是否|能否|能不能|可否|有没有|有哪些|说[说一下明出]|谈[谈一]|聊[聊一]|讲[讲一述解]|解释|描述|简述|阐述|论述|概述一下|介绍|列举|列出|举例|举[一出]|比较一下|对比一下|画|写[出一个]"
    r"|手写|实现(?:一|个|下)|设计(?:一|个|下|并)|设(?![计置备定]).{1,60}[，,]|求(?!职)|分析一下|推导|证明|计算(?:一|下|出)|给出|给定|已知|假设|假如|如果|现有|你|当.{1,30}时|从.{1,30}(?:分析|说明|解释)|用.{1,20}实现|在.{1,40}(?:如何|怎么|为什么|哪些|什么))"
)
_INSIDE_ZH = re.compile(
    r"什么|为什么|为何|如何|怎么|怎样|哪些|哪个|哪种|哪里|多少|是否|能否|有没有|几种|谁|吗$|呢$|么$|举例说明|请说明|请解释"
)
_SPEAKS_OF = re.compile(
    r"区别|差异|异同|不同|对比|优缺点|优势|劣势|缺点|原理|作用|特点|特性|机制|流程|过程|步骤|原因|影响|场景|含义|意义|关系|实现|概念|方法|策略|\bvs\.?\b|\bversus\b|difference|advantages?|pros and cons|purpose|trade-?offs?",
    re.IGNORECASE,
)
_TAIL = re.compile(r"[\s*_`~\"'”’」』）)\]】>。.!！…:：️\u200d\u2600-\u27bf\U0001f000-\U0001faff⭐★☆-]+$")


def asks(text: str) -> Asking:
    """How plainly `text` asks. Marks of Markdown, numbers and emoji in front and behind do not count."""
    bare = simplified(unicodedata.normalize("NFKC", text)).strip()
    if len(bare) > 2000 or not any(c.isalnum() for c in bare):
        return 0
    if _NUMBERED.match(bare):
        return 3
    if "?" in bare and _MARK.search(bare) and not _only_in_link(bare):
        return 3
    bare = re.sub(r"^(?:\W*(?:\d{1,3}(?:\.\d{1,3})*|[一二三四五六七八九十]{1,3})[.)、:\s]+\W*|\W+)", "", bare)
    if len(bare) > 400:
        return 0
    if _STATES.match(bare):
        return 1
    if bare.isascii() and bare.isalpha():
        return 0  # `Design`, `Talk`: a title in one word
    if _BEGINS_EN.match(bare) or _BEGINS_ZH.match(bare):
        return 2
    if _INSIDE_ZH.search(_TAIL.sub("", bare)):
        return 2
    return 1 if _SPEAKS_OF.search(bare) else 0


def _only_in_link(text: str) -> bool:
    """A question mark that stands in an address only."""
    return not _MARK.search(re.sub(r"https?://\S+", "", text))
