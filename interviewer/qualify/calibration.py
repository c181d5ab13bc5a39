"""Whether a judge is as often right as it was sure. The one rule: only what people gave a verdict on is compared.

Pure. Sources: DeGroot and Fienberg, "The comparison and evaluation of forecasters", The Statistician 32 (1983), for the
diagram; Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", AAAI (2015), for
the expected calibration error.
"""

from __future__ import annotations

from collections.abc import Iterable
from statistics import fmean

from interviewer.qualify.model import Bin, Calibration

BINS = 10


def calibration(pairs: Iterable[tuple[float, bool]]) -> Calibration | None:
    """From (how sure, whether right) of each verdict; None where there is none.

    Bins are of equal width over 0 to 1, the last one with its upper end; ECE = sum over bins of n/N |right - sure|.
    """
    held: dict[int, list[tuple[float, bool]]] = {}
    for sure, right in pairs:
        held.setdefault(min(BINS - 1, int(sure * BINS)), []).append((sure, right))
    n = sum(map(len, held.values()))
    if not n:
        return None
    bins = tuple(
        Bin(
            low=place / BINS,
            high=(place + 1) / BINS,
            n=len(own),
            sure=fmean(sure for sure, _ in own),
            right=fmean(right for _, right in own),
        )
        for place, own in sorted(held.items())
    )
    return Calibration(n=n, error=sum(one.n * abs(one.right - one.sure) for one in bins) / n, bins=bins)
