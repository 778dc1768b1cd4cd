"""Judging an exported transcript without trusting whoever exported it: is it whole, unaltered and in order? Pure.

A transcript is `{"host", "trade", "people": [{"account", "identity_key", "wallet_signature", "public_key",
"signature"}], "items": [{"seq", "msg"}], "keys": [{"sender", "n", "key"}]}`: what the API gives as chat keys and
messages, and the message keys that were disclosed. A message without its key is proved but stays unread.
Messages cut off at the end cannot be told from messages never written: compare the last `seq` with the log's head.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from escrow import signatures
from escrow.terms import digest
from exchange.chat import keys, protocol


class NotATranscript(ValueError):
    """The file does not have the form of a transcript; the message says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One message: `content` is None when its key was not disclosed."""

    seq: int
    sender: str
    n: int
    sent_at: str
    content: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What can be said of a transcript; `problems` are sentences, none when it is sound."""

    lines: tuple[Line, ...]
    total: int
    withheld: int
    problems: tuple[str, ...]

    @property
    def words(self) -> str:
        """The verdict in one sentence."""
        if self.problems:
            return f"{len(self.problems)} of the checks failed; do not rely on this transcript."
        read = f"{self.total} of {self.total} messages, both sides, signatures valid, order unbroken"
        return f"{read}; {self.withheld} of them withheld." if self.withheld else f"{read}."


def judge(transcript: Mapping[str, Any]) -> Verdict:
    """Return the verdict on a transcript. Raises `NotATranscript` if it is not one."""
    try:
        return _judge(transcript)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise NotATranscript(f"This is not a transcript: {type(error).__name__} {error}") from error


def _judge(transcript: Mapping[str, Any]) -> Verdict:
    trade_id, problems = str(transcript["trade"]), list[str]()
    people = {str(one["account"]): one for one in transcript["people"]}
    for person in people.values():
        problems += _judge_person(person, trade_id=trade_id, host=str(transcript["host"]))
    disclosed = {(str(one["sender"]), int(one["n"])): bytes.fromhex(one["key"]) for one in transcript["keys"]}
    lines: list[Line] = []
    last: dict[str, Mapping[str, Any]] = {}
    for place, item in enumerate(transcript["items"], start=1):
        message = dict(item["msg"])
        sender = str(message["sender"])
        if int(item["seq"]) != place:
            problems.append(f"Message {place} is missing: the next one has the place {int(item['seq'])}.")
        if message["trade"] != trade_id or sender not in people:
            problems.append(f"Message {place} does not belong to this conversation.")
            continue
        key = disclosed.get((sender, int(message["n"])))
        line, faults = _judge_message(message, seq=place, person=people[sender], last=last.get(sender), key=key)
        last[sender] = message
        lines.append(line)
        problems += faults
    withheld = sum(1 for line in lines if (line.sender, line.n) not in disclosed)
    return Verdict(lines=tuple(lines), total=len(lines), withheld=withheld, problems=tuple(problems))


def _judge_person(person: Mapping[str, Any], *, trade_id: str, host: str) -> list[str]:
    account, identity_key = str(person["account"]), str(person["identity_key"])
    problems: list[str] = []
    typed_data = keys.identity_typed_data(account, identity_key=identity_key, host=host)
    try:
        vouched = signatures.recover(digest(typed_data), str(person["wallet_signature"])) == account
    except signatures.BadSignature:
        vouched = False
    if not vouched:
        problems.append(f"The wallet {account} did not sign this chat identity with its own key.")
    try:
        words = keys.trade_key_words(str(person["public_key"]), trade_id=trade_id)
        keys.check_signature(words, signature=str(person["signature"]), identity_key=identity_key)
    except keys.BadKey:
        problems.append(f"The chat identity of {account} did not sign its key for this trade.")
    return problems


def _judge_message(
    message: Mapping[str, Any],
    *,
    seq: int,
    person: Mapping[str, Any],
    last: Mapping[str, Any] | None,
    key: bytes | None,
) -> tuple[Line, list[str]]:
    identity_key, content, problems = str(person["identity_key"]), None, list[str]()
    try:
        protocol.check_signed(message, identity_key=identity_key)
        protocol.check_follows(message, last=last)
        if key is not None:
            content = protocol.open_message(message, key=key, identity_key=identity_key)
    except protocol.Unreadable as error:
        problems.append(f"Message {seq}: {error}")
    line = Line(
        seq=seq,
        sender=str(message["sender"]),
        n=int(message["n"]),
        sent_at=str(message["sent_at"]),
        content=content,
    )
    return line, problems
