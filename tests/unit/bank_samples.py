"""Small banks as text: an English outline, a Chinese note and an English note, for tests that change one thing in them."""

from __future__ import annotations

from pathlib import Path

ENGLISH_OUTLINE = """\
# Backend engineer interview

## About this outline

**Interview length**: 40-60 minutes
**For**: backend engineers

---

## Chapter 1: Databases (30 minutes)

### 1.1 Transactions (20 min)

**Focus:**
- What isolation buys
- What it costs

**Questions:**

#### Isolation
1. [What does snapshot isolation promise?](notes/snapshot-isolation.md)
2. Which anomalies does serialisable isolation rule out?

#### Locks
1. How do two transactions end up in a deadlock?

**Rubric:**
- Excellent: tells write skew from lost update with an example of each
- Good: names the levels and what each allows
- Fair: knows that transactions are atomic

### Section 1.2: Indexes (10 min)

#### Focus
- Reading a query plan

#### Questions
1. When does a planner leave an index unused?

#### Rubric
- Excellent: argues with selectivity and cost
- Good: names two reasons
- Fair: knows what an index is for

## Chapter 2: Services (20 minutes)

### 2.1 Timeouts (20 min)

**Focus:**
- Failure handling

**Questions:**
1. What makes a retry dangerous?

**Rubric:**
- Excellent: bounds retries by a budget
- Good: speaks of idempotency
- Fair: retries with a pause

## Closing conversation (5 minutes)

### Growth

**Focus:**
- Curiosity

**Questions:**
1. What did you learn last month?

**Rubric:**
- Excellent: tells what changed in their work
- Good: names something concrete
- Fair: names a subject

## Scoring

### Points (100 points)

- **Chapter 1: Databases**: 60 points
- **Chapter 2: Services**: 40 points
- **Closing conversation**: bonus (0-5 points)

### Bands

- **Excellent (90-100)**: ready to lead
- **Good (75-89)**: ready to work alone
- **Fair (50-74)**: ready with help
- **Insufficient (below 50)**: not yet

### Dimensions

| Dimension | Weight | What is assessed |
| --- | --- | --- |
| **Theory** | 40% | principles |
| **System knowledge** | 30% | how parts fit |
| **Hands-on practice** | 10% | running things |
| **Development** | 10% | writing code |
| **Potential** | 10% | learning |

## Advice

### For interviewers

1. **Start easy**: then go deeper

### Time table

- Chapter 1: 30 minutes
"""

ENGLISH_NOTE = """\
---
question: What does snapshot isolation promise?
dimension: system
---

## Reference answer

Every transaction reads from one consistent picture of the data, taken when it began, so readers never block writers.

## Key points

- [fair] All reads of a transaction come from one consistent state.
  - Probe: While it runs, which version of the rows does it see?
- [good] Of two writers of the same row only the first to commit wins.
  - Probe: What happens when two of them change the same place?
- [excellent] Write skew remains possible because disjoint rows are checked by nobody.
  - Probe: Which surprise is still left under this promise?

## Common misconceptions

- Snapshot isolation is serialisable -> it allows anomalies that no serial order could produce

## Sources

- Berenson et al., "A Critique of ANSI SQL Isolation Levels" (1995)
"""

CHINESE_NOTE = """\
---
question: 请说明快照隔离承诺了什么？
question_en: What does snapshot isolation promise?
dimension: theory
headline: false
---

## 参考答案

每个事务都从开始那一刻的同一份数据里读。

这是第二段。

## Reference answer

Every transaction reads the data as it was when it began.

## 要点

- [一般] 事务里的所有读取都来自同一个一致状态。
  - EN: All reads of a transaction come from one consistent state.
  - 追问：它执行的时候，看到的是哪个时刻的内容？
  - Probe: While it runs, which moment does it see?
- [良好] 两个写者改同一行时，先提交者胜出。
  - EN: Of two writers of one row the first committer wins.
  - 追问: 两边同时动了一个地方会怎样？
  - Probe: What happens when both touch one place?
- [优秀] 写偏斜仍然可能发生，
  因为不同的行之间没有检查。
  - EN: Write skew stays possible.
  - 追问：在这个承诺之下还剩什么意外？
  - Probe: Which surprise is left?

## 常见误区

- 快照隔离就是可串行化 -> 它允许串行执行不会出现的异常
  - EN: Snapshot isolation is serialisable -> it allows anomalies no serial order has
- 读会阻塞写 → 读取旧版本即可

## 参考资料

- Berenson 等, "A Critique of ANSI SQL Isolation Levels" (1995)
"""


def write_bank(folder: Path, outline: str = ENGLISH_OUTLINE, **files: str) -> Path:
    """A bank in `folder`; keywords are further files, `__` standing for a slash and the last `_` for the dot."""
    (folder / "notes").mkdir(parents=True, exist_ok=True)
    (folder / "outline.md").write_text(outline, "utf8")
    for name, text in files.items():
        stem, _, suffix = name.replace("__", "/").rpartition("_")
        (folder / f"{stem.replace('_', '-')}.{suffix}").write_text(text, "utf8")
    return folder
