"""A whole interview in each language against the scripted server, kept as transcripts that people read when they change.

The scripted model's acknowledgements and verdicts are written here by hand; everything else the interviewer says (which
question, which probe, when to move on, the feedback) is the product's. Rewrite the golden files with
`python -m tests.flow.test_golden_interview`, then read them.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest

from interviewer.app import App
from interviewer.interview.interviews import StartRequest
from interviewer.models import TurnKind
from interviewer.scripted import ChatRequest, Reply, ScriptedServer
from interviewer.settings import load_settings
from knowledge.models import Language
from tests.conftest import Clock
from tests.scripts import judgement, judging, turns_of

GOLDEN = Path(__file__).parents[1] / "golden"
Script = tuple[tuple[str, str, TurnKind, dict[int, tuple[str, str]]], ...]
"""Answer, acknowledgement, kind of turn, and the verdicts that the turn adds, by the number of a key point."""
TITLES = {
    "zh": ("# 一场练习面试（脚本模型）", "面试官", "候选人"),
    "en": ("# A practice interview (scripted model)", "Interviewer", "Candidate"),
}

CHINESE: Script = (
    (
        "整个输入先一次性喂进去，所有位置一起算，算完顺手把每层的 K、V 都存下来；之后就是一个字一个字往外吐，吐出来的再接着喂回去，直到结束。",
        "你把它分成了一次性处理输入和逐字往外吐两段。",
        "answer",
        {
            1: ("covered", "整个输入先一次性喂进去，所有位置一起算"),
            2: ("covered", "之后就是一个字一个字往外吐"),
            3: ("covered", "每层的 K、V 都存下来"),
            5: ("partial", "吐出来的再接着喂回去"),
        },
    ),
    (
        "哦，每一步其实只喂刚出来的那一个 token，前面的都在缓存里，直接读，不用重新算。",
        "你说前面的内容直接从缓存里读。",
        "answer",
        {5: ("covered", "每一步其实只喂刚出来的那一个 token，前面的都在缓存里，直接读，不用重新算")},
    ),
    (
        "头一个字应该就是处理完输入那一次算出来的吧，拿最后一个位置的输出去采样。",
        "你提到拿最后一个位置的输出去采样。",
        "answer",
        {4: ("covered", "拿最后一个位置的输出去采样")},
    ),
    (
        "主要就是把模型权重从显存里整个读一遍，可只算一个 token，带宽先到头。我们团队部署过一个 7B 的服务，batch 开到 32 以后吞吐才上去。",
        "你说到权重要整个读一遍，带宽先到头。",
        "answer",
        {6: ("covered", "把模型权重从显存里整个读一遍，可只算一个 token，带宽先到头")},
    ),
    (
        "老系统不知道要说多长，就按最长的先占一整块连着的显存。后来改成切小块，写满一块再拿一块，用一张表记着在哪。",
        "你对比了先占一整块和切小块两种做法。",
        "answer",
        {
            1: ("covered", "按最长的先占"),
            2: ("covered", "一整块连着的显存"),
            3: ("covered", "切小块，写满一块再拿一块，用一张表记着在哪"),
        },
    ),
    (
        "能再说一遍是问哪方面的空隙吗？",
        "好的。",
        "clarifying",
        {},
    ),
    (
        "应该会剩下一些大小不一的缝，谁也放不进去。块一样大就没这个事了。",
        "你说会剩下大小不一的缝。",
        "answer",
        {4: ("covered", "会剩下一些大小不一的缝，谁也放不进去。块一样大就没这个事了")},
    ),
    ("这个真不知道。", "没关系。", "dont_know", {}),
)

ENGLISH: Script = (
    (
        "The whole input goes in at once and all positions are computed together, and each layer saves its K and V on the way. "
        "After that it spits out one word after another, feeding each one back in until it is done.",
        "You split it into one pass over the input and then one word after another.",
        "answer",
        {
            1: ("covered", "The whole input goes in at once and all positions are computed together"),
            2: ("covered", "After that it spits out one word after another"),
            3: ("covered", "each layer saves its K and V on the way"),
            5: ("partial", "feeding each one back in until it is done"),
        },
    ),
    (
        "Oh, a step only gets the one token that just came out; what came before sits in the cache and is read, not computed again.",
        "You say that what came before is read from the cache.",
        "answer",
        {5: ("covered", "a step only gets the one token that just came out; what came before sits in the cache and is read, not computed again")},
    ),
    (
        "The first word must come out of that pass over the input: you sample from the output at the last position.",
        "You mention sampling from the output at the last position.",
        "answer",
        {4: ("covered", "you sample from the output at the last position")},
    ),
    (
        "Mostly reading all the weights from GPU memory for just one token, so bandwidth runs out first. We once served a 7B model and only got throughput past a batch of 32.",
        "You say the weights are all read and bandwidth runs out first.",
        "answer",
        {6: ("covered", "reading all the weights from GPU memory for just one token, so bandwidth runs out first")},
    ),
    (
        "Old systems could not know how long a reply gets, so they took one connected piece for the longest case. Later they cut it into small blocks, took another when one was full, and kept a table of where they are.",
        "You set one big piece against small blocks.",
        "answer",
        {
            1: ("covered", "for the longest case"),
            2: ("covered", "one connected piece"),
            3: ("covered", "cut it into small blocks, took another when one was full, and kept a table of where they are"),
        },
    ),
    ("Sorry, could you repeat the question?", "Sure.", "clarifying", {}),
    (
        "I guess gaps of odd sizes are left that nobody fits into. With blocks of one size that is gone.",
        "You say gaps of odd sizes are left.",
        "answer",
        {4: ("covered", "gaps of odd sizes are left that nobody fits into. With blocks of one size that is gone")},
    ),
    ("I really don't know.", "That is fine.", "dont_know", {}),
)  # fmt: skip
SCRIPTS: dict[Language, Script] = {"zh": CHINESE, "en": ENGLISH}


def brain(request: ChatRequest) -> Reply:
    """Answers from a script by the candidate's latest words; verdicts gather over the turns of one question."""
    talk = "\n".join(turns_of(request)) if judging(request) else request.user
    script = max(SCRIPTS.values(), key=lambda one: max(talk.rfind(answer) for answer, *_ in one))
    step = max(range(len(script)), key=lambda n: talk.rfind(script[n][0]))
    if not judging(request):
        return Reply(script[step][1])
    said: dict[int, tuple[str, str]] = {}
    for answer, _, _, verdicts in script:
        if answer in turns_of(request):
            said |= verdicts
    return judgement(request, lambda number, _: said.get(number), script[step][2])


def transcript(folder: Path, language: Language) -> str:
    """The interview as Markdown: who said what, and why the interviewer chose it."""

    async def hold(app: App) -> str:
        request = StartRequest(
            seed=3, chapters=("c1", "c2"), questions=2, minutes=20, thinking="endpoint", language=language
        )
        state = await app.interviews.start(request)
        for answer, *_ in SCRIPTS[language]:
            async for _ in app.interviews.answer(
                state.session.id, answer, (await app.interviews.look(state.session.id)).turn
            ):
                pass
        state = await app.interviews.look(state.session.id)
        assert state.status == "finished"
        await app.aclose()
        title, interviewer, candidate = TITLES[language]
        lines = [title, ""]
        for message in state.transcript.messages:
            who = interviewer if message.role == "interviewer" else candidate
            why = f" · {message.kind}" + (f" · {message.reason}" if message.reason else "")
            lines += [f"**{who}**{why if message.role == 'interviewer' else ''}", "", message.text, ""]
        return "\n".join(lines)

    with ScriptedServer(brain) as server:
        settings = load_settings(
            {"data_dir": str(folder), "model.base_url": server.base_url}, environ={}, folder=folder
        )
        return asyncio.run(hold(App(settings, clock=Clock())))


def golden(language: Language) -> Path:
    return GOLDEN / f"interview.{language}.md"


@pytest.mark.parametrize("language", SCRIPTS)
def test_a_whole_interview_reads_as_it_was_read_last(tmp_path: Path, language: Language):
    assert transcript(tmp_path, language) == golden(language).read_text("utf8")


if __name__ == "__main__":
    for written in SCRIPTS:
        with tempfile.TemporaryDirectory() as temporary:
            golden(written).write_text(transcript(Path(temporary), written), "utf8")
        print(golden(written))
