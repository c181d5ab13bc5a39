"""Nothing that is said leaves for a tracing service, whatever the environment asks of LangChain and LangGraph."""

from __future__ import annotations


def never_trace() -> None:
    """Turn LangSmith's tracing off in this process; call it before a graph or an agent is run."""
    import langsmith

    langsmith.configure(enabled=False)
