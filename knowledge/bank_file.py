"""`bank.toml`: the bank's id and names, English titles, and its own scoring if it has one.

Every key is optional. Its rule: an unknown key or a value that cannot be used is a finding and the default stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, field_validator

from knowledge.findings import Findings
from knowledge.models import LEVELS, Finding, Frozen, Level
from knowledge.toml_file import lines_of, read_toml

_Share = Annotated[float, Field(ge=0, le=1)]
_Score = Annotated[float, Field(ge=0, le=100)]


class ScoringFile(Frozen):
    """`[scoring]`: shares of the three levels, and (coverage, score) pairs; None leaves the default."""

    weights: Mapping[Level, _Share] | None = None
    knots: tuple[tuple[_Share, _Score], ...] | None = None

    @field_validator("weights")
    @classmethod
    def _add_up(cls, weights: Mapping[Level, float] | None) -> Mapping[Level, float] | None:
        if weights is not None and (set(weights) != set(LEVELS) or abs(sum(weights.values()) - 1) > 0.001):
            raise ValueError("fair, good and excellent each need a share, together 1")
        return weights

    @field_validator("knots")
    @classmethod
    def _rise(cls, knots: tuple[tuple[float, float], ...] | None) -> tuple[tuple[float, float], ...] | None:
        if knots is None:
            return None
        rising = all(a[0] < b[0] and a[1] <= b[1] for a, b in pairwise(knots))
        if len(knots) < 2 or not rising or knots[0][0] != 0 or knots[-1][0] != 1:
            raise ValueError("the pairs have to rise, from coverage 0 to coverage 1")
        return knots


class BankFile(Frozen):
    """What a bank.toml says; empty where it says nothing."""

    id: Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9-]{0,59})?$")] = ""
    name_zh: str = ""
    name_en: str = ""
    titles_en: Mapping[str, str] = {}
    scoring: ScoringFile = ScoringFile()

    @classmethod
    def read(cls, text: str, file: str) -> tuple[Self, tuple[Finding, ...]]:
        """Read a bank.toml; a file that is not TOML at all is one error and gives the defaults."""
        found = Findings(file)
        data = read_toml(text, found)
        lines = lines_of(text)
        while True:
            try:
                return cls.model_validate(data), found.all()
            except ValidationError as error:
                for fault in error.errors():
                    _write_down(fault["type"], fault["msg"], [str(part) for part in fault["loc"][:2]], lines, found)
                    _drop(data, [str(part) for part in fault["loc"][:2]])


def _write_down(kind: str, message: str, keys: list[str], lines: Mapping[str, int], found: Findings) -> None:
    line = lines.get(keys[-1], 1)
    if kind == "extra_forbidden":
        known = ", ".join(ScoringFile.model_fields if len(keys) > 1 else BankFile.model_fields)
        found.warning("unknown_key", line, f"Unknown key {'.'.join(keys)!r}.", f"Known here: {known}.")
    else:
        found.error(
            "bank_toml", line, f"{'.'.join(keys)} cannot be used: {message}.", "Mend the value or remove the key."
        )


def _drop(data: dict[str, Any], keys: list[str]) -> None:
    """Remove the faulty value, so that the rest can be read."""
    if len(keys) > 1 and isinstance(data.get(keys[0]), dict):
        data[keys[0]].pop(keys[1], None)
    else:
        data.pop(keys[0], None)
