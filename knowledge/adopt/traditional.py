"""Traditional characters of the words that a list is made of (問題, 參考答案, 什麼), read as their simplified ones.

Its rule: it serves to recognise words; no text that is kept or shown passes through it.
"""

from __future__ import annotations

_PAIRS = (
    "問问題题參参評评標标準准難难點点錄录節节單单說说議议試试麼么為为請请嗎吗與与區区別别釋释較较對对優优處处實实現现設设計计組组關关鍵键詞词類类項项級级數数學学時时長长鏈链結结來来資资應应"
    "該该讓让幾几誰谁會会個个種种給给寫写畫画講讲談谈聊聊當当從从過过這这麽么進进階阶擴扩補补筆笔記记誤误區区導导覽览總总綱纲簡简練练習习認认識识維维權权響响場场義义係系聯联機机製制劃划檢检查查"
    "範范圍围體体現现將将據据極极嘗尝試试層层號号門门間间術术業业專专業业務务開开發发變变動动調调轉转換换選选擇择頁页麵面環环節节頻频頭头領领應应"
)
_TABLE = str.maketrans({_PAIRS[n]: _PAIRS[n + 1] for n in range(0, len(_PAIRS), 2)})


def simplified(text: str) -> str:
    """`text` with the traditional characters of such words as their simplified ones."""
    return text.translate(_TABLE)
