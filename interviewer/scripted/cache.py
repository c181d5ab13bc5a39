"""The scripted server's prefix cache and counters: how much of each prompt an engine would have had already.

One rule: counted from the real prompts, block by block from the front, as vLLM does, so that a prompt whose shared part
does not stand first shows up here.
"""

from __future__ import annotations

from interviewer.scripted.rules import count_tokens

_BLOCK_TOKENS = 16
_BLOCK_BYTES = 3 * _BLOCK_TOKENS
_MOST_BLOCKS = 500_000


class Counters:
    """Tokens since the start, and the blocks of prompts seen so far (all forgotten when there are too many)."""

    def __init__(self) -> None:
        self.queries = 0
        self.hits = 0
        self.prompt_tokens = 0
        self.generation_tokens = 0
        self.running = 0
        self._blocks: set[int] = set()

    def admit(self, prompt: str) -> int:
        """Counts `prompt` and gives its tokens."""
        tokens = count_tokens(prompt)
        raw = prompt.encode("utf8", "surrogatepass")
        chain, hitting, hits = 0, True, 0
        if len(self._blocks) > _MOST_BLOCKS:
            self._blocks.clear()
        for start in range(0, len(raw) - _BLOCK_BYTES + 1, _BLOCK_BYTES):
            chain = hash((chain, raw[start : start + _BLOCK_BYTES]))
            hitting = hitting and chain in self._blocks
            if hitting:
                hits += _BLOCK_TOKENS
            else:
                self._blocks.add(chain)
        self.queries += tokens
        self.hits += hits
        self.prompt_tokens += tokens
        return tokens

    @property
    def hit_rate(self) -> float:
        """Share of prompt tokens that were cached; 0 before the first prompt."""
        return self.hits / self.queries if self.queries else 0.0

    def exposition(self, model: str) -> bytes:
        """The counters in Prometheus' text form, under vLLM's names."""
        label = f'{{model_name="{model}"}}'
        rows = {
            "vllm:prefix_cache_queries_total": self.queries,
            "vllm:prefix_cache_hits_total": self.hits,
            "vllm:prompt_tokens_total": self.prompt_tokens,
            "vllm:generation_tokens_total": self.generation_tokens,
            "vllm:num_requests_running": self.running,
            "vllm:num_requests_waiting": 0,
        }
        return "".join(f"{name}{label} {value}\n" for name, value in rows.items()).encode()
