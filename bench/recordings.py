"""An hour's recording of 900 cues: read, split by speaker, joined and put beside the shipped bank, in CPU time."""

from __future__ import annotations

import random
import time

from bench.table import Figure


def run() -> list[Figure]:
    from interviewer.recordings.align import Aligner
    from interviewer.recordings.recognise import read
    from interviewer.recordings.speakers import propose
    from interviewer.recordings.turns import join
    from knowledge.bank import load_bank, shipped_bank_path
    from knowledge.likeness import Likenesses
    from knowledge.retrieve import Retriever

    bank = load_bank(shipped_bank_path())
    begun = time.process_time()
    aligner = Aligner(bank, Likenesses(bank, Retriever(bank)))
    made_s = time.process_time() - begun
    dice, cues = random.Random(1), ["WEBVTT\n"]
    while len(cues) < 900:
        question = dice.choice(bank.questions)
        said = [("Ann", question.text.en)] + [("Bo", point.text.en) for point in question.key_points for _ in (0, 1)]
        for who, words in said:
            at = 4 * len(cues)
            cues.append(f"{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}.000 --> {at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}.900\n{who}: {words}\n")  # fmt: skip
    raw = "\n".join(cues).encode()
    best = [float("inf")] * 2
    for _ in range(5):
        begun = time.process_time()
        (recording,) = read(raw, "hour.vtt").recordings
        turns = join(propose(recording))
        middle = time.process_time()
        aligner.align(turns)
        best = [min(best[0], middle - begun), min(best[1], time.process_time() - middle)]
    return [
        Figure("an hour of 900 cues: read and split, CPU", 1000 * best[0], "ms"),
        Figure("an hour of 900 cues: with its questions aligned, CPU", 1000 * sum(best), "ms", "<= 150"),
        Figure("what an aligner needs of a bank, once, CPU", made_s, "s"),
    ]
