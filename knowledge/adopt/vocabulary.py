"""The words that people put over the parts of a question list, in Chinese and English.

Pure functions of one short text. Its rule: a word list matches a whole label or heading, never a piece of a sentence.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

from knowledge.adopt.traditional import simplified

Label = Literal[
    "focus", "questions", "reference", "points", "rubric", "follow_up", "red_flags", "misconceptions", "sources", "difficulty", "aside",
]  # fmt: skip
Part = Literal["points", "bands", "dimensions", "advice", "about", "contents", "sources", "appendix"]
Column = Literal[
    "question", "reference", "chapter", "section", "topic", "difficulty", "follow_up", "rubric", "points", "dimension", "id", "sources", "focus",
]  # fmt: skip

_LABELS: dict[Label, str] = {
    "focus": r"(?:学习/?)?(?:主要|核心|重点)?考[查察核][要重]?点|(?:学习/?)?考[查察核](?:的)?(?:目标|内容|意图|目的|方向|能力|维度|知识点?)|(?:核心|涉及|相关)?知识点|核心能力要求|能力要求|关键词"
    r"|面试官(?:更)?想听(?:到?的)?(?:方向|内容)?|关注点|(?:面试官)?期望"
    r"|(?:what (?:we(?:'|’)?(?:re|\s+are)?|to|you(?:'|’)?(?:re)?)\s*)?look(?:ing)? for|what (?:this|it) (?:tests|assesses|covers)|focus(?: points| areas?)?|(?:learning )?objectives?|goals?|competenc(?:y|ies)|skills(?: assessed| tested)?"
    r"|(?:key )?topics(?: covered)?|expectations?|intent|why we ask(?: this)?|assess(?:es|ment focus)",
    "questions": r"[\w\s]{0,12}(?:问题|提问|题目|面试题|考题|真题|思考题|编程题|简答题|问答题?)(?:清单|列表|示例|精选|汇总|集锦|集)?|自我评估|自测|(?:理论|实践|技术|编程)考[核察查]|问答"
    r"|(?:[\w-]+ ){0,3}questions?(?: list| bank| to ask)?|prompts?|(?:coding |practice )?(?:exercises|challenges|tasks|problems)|q ?& ?a|q and a|faq",
    "reference": r"(?:(?:参考|标准|示例|样例|推荐(?:口述)?|核心|完整|满分|正确|简单|简要|简短|详细|最佳|高分|优秀|官方|理想|期望|建议|口述|面试|一句话|通用|本项目|我的|题目|问题|试题)的?){0,2}(?:答案|回答|解答|答复|解析|题解|答题)(?:要点|思路|示例|补充|范例|范本|方向|参考|提示|如下|版|框架|模板)*|答题(?:思路|要点)|答|解|参考"
    r"|(?:the |an? )?(?:(?:expected|sample|model|reference|suggested|ideal|good|possible|example|short|long|detailed|correct|full|best|strong|quick|brief|simple|my|official) ){0,2}(?:answers?|solutions?|responses?|explanations?)(?: outline| sketch| key)?|ans|a|答(?:案)?\s*[a-d]",
    "points": r"(?:评分|得分|核心|关键|答题|采分)要?点|要点|key ?points?|scoring points|points to (?:cover|mention|hit)|must (?:mention|cover)|checklist",
    "rubric": r"评[分价](?:标准|细则|参考|要求|准则|等级|档次|说明|指南)?|打分(?:标准|细则)?|评级标准|水平(?:描述|划分)|rubrics?|(?:scoring|grading|evaluation|assessment|marking)(?: criteria| guide(?:lines)?| rubric| scale| notes)?|how to (?:score|grade|rate)|levels?",
    "follow_up": r"(?:[\w\s]{0,6})追问(?:问题|方向|点|示例)?|(?:延伸|扩展|拓展|进一步|深入)(?:问题|提问|思考|追问)|(?:possible |typical |example )?follow[- ]?ups?(?: questions?)?|prob(?:e|es|ing)(?: questions?)?|dig deeper|go(?:ing)? deeper|extensions?",
    "red_flags": r"红旗(?:信号)?|危险信号|(?:扣|减)分[项点]|警示信号|red flags?|warning signs?|(?:bad|weak|poor) (?:answers?|signals?|responses?)",
    "misconceptions": r"(?:常见)?(?:误区|错误(?:认识|理解|回答)?|易错点|坑)|(?:common )?(?:misconceptions?|mistakes|pitfalls|wrong answers)",
    "sources": r"参考(?:资料|文献|链接|来源|文章|阅读)|(?:延伸|扩展|拓展|推荐)阅读|相关(?:资料|链接|阅读|文章)|资料来源|来源|出处|资源|学习资源|references?|sources?|(?:further|recommended) reading|(?:useful |additional |helpful )?(?:resources?|links?)|read more|see also|related(?: links| topics)?|credits?",
    "difficulty": r"(?:题目)?难度(?:等级|系数|级别)?|级别|标签|(?:出现)?频[率次]|热度|题型|分类|优先级|重要(?:性|程度)|(?:建议)?(?:时长|时间|用时)|分值|适用(?:岗位|级别|人群)?|difficulty(?: level)?|level|tags?|frequency|categor(?:y|ies)|type|priority|importance|time(?: limit)?|duration|seniority|role|points|score|source|company|year",
    "aside": r"说明|备注|注意?(?:事项)?|提示|小贴士|面试(?:说明|官点评|技巧|官视角)|点评|补充|示例|举例|例如|场景|背景|加分[项点]|notes?|tips?|hints?|context|background|examples?|scenario|description|instructions?|bonus(?: points?)?|green flags?|nice to have|objective|summary|tl;?dr|example code|code|output|input",
}  # fmt: skip
_PARTS: dict[Part, str] = {
    "contents": r"目录|导航|索引|(?:table of )?contents|toc|index|quick (?:links|navigation)|navigation",
    "sources": r"(?:[\w\s]{0,6})参考(?:资料|文献|链接|文章|书籍|资源)?(?:与[\w\s]{1,8}|建议)?|(?:其他|更多|相关|补充)资源|(?:延伸|扩展|拓展|推荐)阅读|学习资源|相关资源|推荐(?:书籍|资料|资源)|references?(?: and [\w ]+)?|sources?|(?:further|recommended|additional) (?:reading|resources)|(?:useful |additional |learning |other |more |helpful |related )*(?:resources?|links?|repositories|projects|topics|articles|books)|bibliography|credits?",
    "appendix": r"附[录件].*|appendi(?:x|ces).*|(?:[\w\s]{0,8})(?:速查|速查表|检查清单|快速参考|术语表)|glossary|cheat ?sheets?|(?:[\w\s]{0,10})checklists?|总结(?:与[\w\s]{1,8})?|结语|后记|更新(?:日志|记录|说明|历史)|change ?log|release notes",
    "about": r"(?:[\w\s]{0,8})(?:大纲|使用|题库|指南|文档|内容|项目|面试|格式|本文|编写)(?:使用)?(?:说明|介绍|简介|概述|概览|须知|目的)|说明|前言|序言?|引言|简介|介绍|概述|概览|背景|主题概述|总览|(?:面试|学习|考核|培养)?目[标的]|面试(?:时长|对象|岗位|流程|安排)|适用(?:岗位|对象|人群)|读者对象|前置(?:要求|知识)|如何使用.*|(?:预期)?使用(?:方式|方法)|图例|标注说明|结构说明|"
    r"许可.*|版权.*|贡献.*|致谢|鸣谢|作者|联系.*|关于.*|赞助.*|交流.*|公众号.*|打赏.*|star(?: ?history)?|"
    r"about(?: .*)?|introduction|intro|overview|preface|foreword|read ?me|how to use.*|(?:expected )?usage|prerequisites?|getting started|licen[cs]e.*|contribut.*|acknowledge?ments?|thanks.*|sponsors?.*|support.*|authors?|contact.*|translations?|languages|legend|disclaimer.*|installation|stay (?:updated|tuned).*|where are the answers.*|follow (?:me|us).*|motivation|goals?|scope|audience|notes?|status|faq about.*",
    "dimensions": r"(?:[\w\s]{0,8})(?:能力|考[核查察]|评[估价]|评分|打分|面试)维度(?:[\w\s]{0,8})|维度(?:权重)?|(?:ability |assessment |evaluation |weighted )?dimensions?(?: .*)?|competency weights?",
    "bands": r"(?:[\w\s]{0,6})(?:等级|分档|档次)(?:划分|标准|说明)|bands?|grades?|(?:score|rating) bands?|levels of the total",
    "advice": r"(?:对?[\w\s]{0,8})(?:面试官?|候选人|评估|实施|使用|复习|学习|备考|答题|准备|实践)(?:的)?[\w\s]{0,4}(?:建议|技巧|策略建议|小贴士|注意事项)(?:[\w\s]{0,10})|(?:其他|最后的?)?建议|小贴士|注意事项|时间(?:分配|安排)(?:建议)?|(?:interview(?:er)? )?(?:advice|tips|recommendations|guidelines?|suggestions)(?: .*)?|(?:time ?table|schedule|timing)",
    "points": r"(?:[\w\s]{0,6})(?:评分|总分|计分|打分|分值|评估|考核)(?:体系|标准|规则|细则|构成|方法|说明|指标|分配|表|权重)(?:[与和及][\w\s]{1,8})?|总分|scor(?:e|ing)(?: .*)?|grading(?: .*)?|(?:total )?points(?: .*)?|(?:evaluation|assessment)(?: criteria| rubric| form)?",
}  # fmt: skip
_COLUMNS: dict[Column, str] = {
    "question": r"(?:面试)?(?:问题|题目|题干|试题|面试题|问)(?:内容|描述|正文|名称|标题)?|questions?(?: text| title)?|prompts?|q|interview questions?|title|标题|内容|topic question",
    "reference": r"(?:参考|标准|示例)?(?:答案|回答|解答|解析|答)(?:要点|思路)?|(?:expected |sample |model |reference |suggested |ideal )?(?:answers?|solutions?|responses?)|a|explanation|notes?|备注",
    "chapter": r"章节?|模块|一级(?:分类|目录)|大类|分类|类别|领域|方向|技术栈|科目|chapter|module|category|area|domain|subject|part|skill|tech(?:nology)?|stack|group",
    "section": r"小?节|二级(?:分类|目录)|子类|子分类|小类|section|sub-?category|sub-?area|sub-?topic|subsection",
    "topic": r"主题|知识点|topic|theme|concept",
    "difficulty": r"难度(?:等级)?|级别|等级|标签|频率|重要程度|difficulty|level|tags?|frequency|seniority|priority|type|类型|题型",
    "follow_up": r"追问(?:问题)?|延伸问题|follow[- ]?ups?(?: questions?)?|probes?|probing questions?",
    "rubric": r"评分(?:标准|细则|参考)?|rubric|(?:scoring|grading|evaluation) (?:criteria|guide)|criteria|scoring",
    "points": r"(?:评分|得分|关键|答题)要?点|要点|key ?points?|must mention|what good looks like",
    "focus": r"考[查察核][要重]?点|考[查察核](?:目标|内容|意图)|focus|what (?:we|to) look for|looking for|intent|competency|objective",
    "dimension": r"(?:能力)?维度|dimension|ability",
    "id": r"序号|编号|题号|no\.?|#|number|id|index|nr\.?|num",
    "sources": r"参考(?:资料|链接)|来源|出处|链接|links?|url|sources?|references?",
}  # fmt: skip
_CHAPTER_NAME = re.compile(
    r"(?:第\s*(?P<zh>[0-9零〇一二两三四五六七八九十百]{1,4})\s*(?:大)?(?P<unit>[章部篇单讲课模]|部分|单元|模块|阶段|板块)(?:分)?|(?:章节|模块|单元|部分|阶段|板块)\s*(?P<after>[0-9零一二三四五六七八九十]{1,3})(?![0-9])"
    r"|(?:chapter|part|module|unit|stage|phase|block|topic)\s+(?P<en>\d{1,3}|[ivxlc]{1,6}|[a-z]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b)\s*[:：.、—–-]*\s*",
    re.IGNORECASE,
)
_SECTION_NAME = re.compile(
    r"(?:第\s*(?P<zh>[0-9一二两三四五六七八九十]{1,3})\s*[节小]节?|子?小节\s*(?P<zh_dotted>\d+(?:\.\d+)*)|(?:sub)?section\s+(?P<en>\d+(?:\.\d+)*))\s*[:：.、—–-]*\s*",
    re.IGNORECASE,
)
_TAG_WORDS = (
    r"easy|medium|hard|difficult|expert|junior|mid(?:-?level)?|middle|senior|staff|principal|basic|intermediate|advanced|beginner|fundamental"
    r"|must|optional|bonus|简单|容易|易|中等|中|困难|较难|难|初级|中级|高级|资深|架构师|专家|入门|基础|进阶|必[问考会看答]|重[要点]|高频|中频|低频|常[考问]|选[问答]|了解|掌握|熟悉|精通|p[0-9]|l[0-9]|t[0-9]|[0-9]\s*[星分]|校招|社招|加分题?"
)
TAG = re.compile(rf"\s*(?:{_TAG_WORDS})(?:\s*[,，/、|·]\s*(?:{_TAG_WORDS}))*\s*", re.IGNORECASE)
"""What may stand in brackets, or behind a dash, to say how hard or how common a question is."""
ANSWER_WORD = re.compile(
    r"\W*(?:点击|查看|展开|详细|参考|see|view|show|click|read|open|full|my|the|an?|here(?: is)?|for)*\s*(?:点击|查看|答案|解答|解析|详解|详情|参考|参考答案|笔记|原文|链接|题解|这里|传送门|answers?|solutions?|explanations?|notes?|details?|links?|here|more|article|source|src|ref(?:erence)?)(?:\s*(?:here|详情|>>?|→|👈))*\W*",
    re.IGNORECASE,
)
"""A link with such words leads to the answer; the words are not the question's."""
_LEADING = re.compile(r"^(?:[\W_]|\d{1,3}(?:\.\d{1,3})*\s*[.、)）:：\s]\s*|[一二三四五六七八九十]{1,3}\s*[、.．])+")


@lru_cache(maxsize=4096)
def bare(text: str) -> str:
    """`text` in one width and case, without Markdown's marks, numbers and signs around it."""
    plain = simplified(unicodedata.normalize("NFKC", text)).casefold()
    plain = re.sub(r"[`*_~#>|\[\]【】《》]", "", plain).replace("’", "'").strip()
    plain = re.sub(r"[\s\W_]+$", "", plain)
    return _LEADING.sub("", plain)


BARE_QUESTIONS = re.compile(
    r"\W*(?:面试|核心|参考|示例)?(?:问题|题目|试题|面试题)\W*|\W*(?:(?:interview|sample|example|core|key|main) )?questions?\W*|\W*(?:q|问)\W*",
    re.IGNORECASE,
)
"""Words that only say that questions follow; anything more is a title."""


def label_of(text: str) -> Label | None:
    """The label that all of `text` is, without its colon."""
    words = bare(text)
    if not words or len(words) > 40:
        return None
    return next((label for label, known in _COMPILED_LABELS if known.fullmatch(words)), None)


def split_label(text: str) -> tuple[Label | None, str]:
    """A label before the first colon of `text` and what follows it, or the label that the whole text is."""
    head = re.match(r"\s*(?:[-*+]\s+)?((?:[^:：\n]){1,48}?)\s*[:：]\s*(?:\*\*|__)?\s*", text)
    if head:
        words = head[1]
        label = label_of(words) if words.count("**") % 2 == 0 or words.lstrip().startswith("**") else None
        rest = text[head.end() :].strip(" *") if text[head.end() :].strip(" *") == "" else text[head.end() :].strip()
        if label and (label != "questions" or not rest or BARE_QUESTIONS.fullmatch(bare(words))):
            return label, rest
    whole = text.strip()
    if re.fullmatch(r"(\*\*|__).+\1\s*[:：]?", whole) and (label := label_of(whole)):
        return label, ""
    return None, text


def part_of(text: str) -> Part | None:
    """The part beside the questions that a heading opens: contents, about, scoring and so on."""
    words = re.sub(r"\s*[(（].*[)）]$", "", bare(text))
    if not words or len(words) > 40:
        return None
    return next((part for part, known in _COMPILED_PARTS if known.fullmatch(words)), None)


def column_of(text: str) -> Column | None:
    """What a table's column of this name holds."""
    words = simplified(unicodedata.normalize("NFKC", text)).casefold()
    words = re.sub(r"[`*_~\[\]【】?？\s]+", " ", words).strip() if words.strip() != "#" else "#"
    words = re.sub(r"\s*[(（].*[)）]$", "", words)
    return next((column for column, known in _COMPILED_COLUMNS if known.fullmatch(words)), None)


def chapter_name(text: str) -> re.Match[str] | None:
    """`第一章：`, `Part 3`, `模块二`, `章节1` and the like at the start of a heading."""
    return _CHAPTER_NAME.match(simplified(text))


def section_name(text: str) -> re.Match[str] | None:
    """`第一节`, `小节1.1`, `Section 2` at the start of a heading."""
    return _SECTION_NAME.match(simplified(text))


_COMPILED_LABELS: list[tuple[Label, re.Pattern[str]]] = [(label, re.compile(words)) for label, words in _LABELS.items()]
_COMPILED_PARTS: list[tuple[Part, re.Pattern[str]]] = [(part, re.compile(words)) for part, words in _PARTS.items()]
_COMPILED_COLUMNS: list[tuple[Column, re.Pattern[str]]] = [
    (column, re.compile(words)) for column, words in _COLUMNS.items()
]
