"""One measured case as a JSON line, and rounds that take turns so that a drifting machine is fair to all sides."""

import json
import os
import platform
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from typing import Literal

ROUNDS = 7
Better = Literal["higher", "lower"]


def take_turns(sides: Mapping[str, Callable[[], float]], *, rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Run every side once a round, in turn, after a round that is not counted. Returns the figures by side."""
    figures: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds + 1):
        for name, run in sides.items():
            figure = run()
            if number:
                figures[name].append(figure)
    return figures


def report(
    bench: str,
    *,
    case: str,
    unit: str,
    ours: Sequence[float],
    limit: Sequence[float],
    goal: float,
    better: Better,
    detail: str,
    packages: Sequence[str] = (),
    peer: Sequence[float] = (),
    lost: int | None = None,
) -> None:
    """Print one case. `ours`, `limit` and `peer` are figures of the same rounds; their medians are told.

    `ratio` is the median of ours against the limit of the same round, so that a machine which is slow for a minute is
    so for both; `goal` is the least ratio if `better` is higher, the greatest if it is lower.
    `detail` says what dominates and how the work was set up. A run that lost anything has not met its goal.
    """
    median, bound = statistics.median(ours), statistics.median(limit)
    ratio = statistics.median(mine / theirs if theirs else 0.0 for mine, theirs in zip(ours, limit, strict=True))
    met = (ratio >= goal if better == "higher" else ratio <= goal) and not lost
    line: dict[str, object] = {
        "bench": bench,
        "case": case,
        "unit": unit,
        "ours": _short(median),
        "limit": _short(bound),
        "ratio": _short(ratio),
        "goal": goal,
        "met": met,
        "rounds": len(ours),
        "spread": [_short(min(ours)), _short(max(ours))],
        "load": _short(os.getloadavg()[0]),
        "versions": {"python": platform.python_version()} | {name: version(name) for name in packages},
        "detail": f"{better} is better; {detail}",
    }
    if peer:
        line["peer"] = _short(statistics.median(peer))
    if lost is not None:
        line["lost"] = lost
    print(json.dumps(line, ensure_ascii=False), flush=True)


def progress(words: str) -> None:
    """Say on standard error what is going on; standard output carries figures only."""
    print(words, file=sys.stderr, flush=True)


def percentile(figures: Sequence[float], share: float) -> float:
    """Return the value that `share` (0 to 1) of the figures do not exceed."""
    ordered = sorted(figures)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _short(value: float) -> float:
    """Four significant digits: more would claim what was not measured."""
    return float(f"{value:.4g}")
