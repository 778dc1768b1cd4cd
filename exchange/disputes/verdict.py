"""What can be said of a disclosed transcript, in the words of the arbiter's page; its twin is case/verdict.ts. Pure.

`chat.transcript.judge` checks signatures, order and commitments; here the verdict says exactly what is withheld, and
what the log's own head and the disclosed keys betray about messages that are not there.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from exchange.chat.transcript import Line, judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The verdict: one sentence, the problems behind it, and which counters are withheld, by sender."""

    words: str
    problems: tuple[str, ...]
    withheld: Mapping[str, tuple[int, ...]]
    lines: tuple[Line, ...]


def find(transcript: Mapping[str, Any], *, name_of: Callable[[str], str] = str) -> Finding:
    """Return what can be said of a transcript. Raises `chat.transcript.NotATranscript`."""
    verdict = judge(transcript)
    problems = list(verdict.problems)
    count = len(transcript["items"])
    head = int(transcript.get("head", count))
    if head != count:
        problems.append(f"The log has {head} messages and {count} of them are here: its end is cut off.")
    seen = {(line.sender.lower(), line.n) for line in verdict.lines}
    disclosed = {(str(one["sender"]).lower(), int(one["n"])): one for one in transcript["keys"]}
    for place, one in disclosed.items():
        if place not in seen:
            problems.append(
                f"{name_of(str(one['sender']))}'s message {place[1]} was handed over but is not in the log."
            )
    withheld: dict[str, tuple[int, ...]] = {}
    for line in verdict.lines:
        if (line.sender.lower(), line.n) not in disclosed:
            withheld[line.sender] = (*withheld.get(line.sender, ()), line.n)
    words = _words(len(verdict.lines), problems, withheld, name_of=name_of)
    return Finding(words=words, problems=tuple(problems), withheld=withheld, lines=verdict.lines)


def ranges(numbers: Iterable[int]) -> str:
    """Return the runs in `numbers`: 1, 3, 4, 5 as "1, 3 to 5"."""
    runs: list[list[int]] = []
    for n in sorted(numbers):
        if runs and n == runs[-1][1] + 1:
            runs[-1][1] = n
        else:
            runs.append([n, n])
    return ", ".join(str(first) if first == last else f"{first} to {last}" for first, last in runs)


def _words(
    total: int, problems: list[str], withheld: Mapping[str, tuple[int, ...]], *, name_of: Callable[[str], str]
) -> str:
    if problems:
        return f"{len(problems)} of the checks failed; do not rely on this transcript."
    proved = "both sides, signatures valid, order unbroken"
    hidden = sum(len(counters) for counters in withheld.values())
    if not hidden:
        return f"{total} of {total} messages, {proved}."
    where = ", ".join(f"{name_of(sender)}'s {ranges(counters)}" for sender, counters in withheld.items())
    return f"{total - hidden} of {total} messages, {proved}; withheld: {where}."
