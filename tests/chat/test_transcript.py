"""Transcripts: a whole one is proved, and every way of tampering with one is named."""

import copy
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from exchange.chat.transcript import NotATranscript, judge
from tests.chat.test_protocol import CONVERSATIONS


def transcript(talk: dict[str, Any]) -> dict[str, Any]:
    return {
        "host": talk["host"],
        "trade": talk["trade_id"],
        "people": [
            {
                "account": one["address"],
                "identity_key": one["identity_key"],
                "wallet_signature": one["wallet_signature"],
                "public_key": one["trade_public_key"],
                "signature": one["trade_key_signature"],
            }
            for one in talk["people"].values()
        ],
        "items": [{"seq": seq, "msg": said["message"]} for seq, said in enumerate(talk["messages"], start=1)],
        "keys": [
            {"sender": said["message"]["sender"], "n": said["message"]["n"], "key": said["message_key"]}
            for said in talk["messages"]
        ],
    }


@pytest.fixture
def whole() -> dict[str, Any]:
    return copy.deepcopy(transcript(CONVERSATIONS[0]))


@pytest.mark.parametrize("talk", CONVERSATIONS, ids=lambda talk: talk["name"])
def test_a_whole_transcript_is_proved(talk: dict[str, Any]) -> None:
    verdict = judge(transcript(talk))
    assert verdict.words == "6 of 6 messages, both sides, signatures valid, order unbroken."
    assert [line.content for line in verdict.lines] == [said["content"] for said in talk["messages"]]


def test_withheld_messages_are_counted_and_still_proved(whole: dict[str, Any]) -> None:
    whole["keys"] = whole["keys"][:2]
    verdict = judge(whole)
    assert not verdict.problems
    assert verdict.withheld == 4
    assert verdict.words.endswith("order unbroken; 4 of them withheld.")


def test_every_tampering_is_named(whole: dict[str, Any]) -> None:
    def tampered(act: Any) -> tuple[str, ...]:
        copied = copy.deepcopy(whole)
        act(copied)
        return judge(copied).problems

    other = transcript(CONVERSATIONS[1])
    assert "missing" in tampered(lambda one: one["items"].pop(2))[0]
    assert any("missing" in words for words in tampered(lambda one: one["items"].reverse()))
    assert "sender did not write" in tampered(lambda one: one["items"][0]["msg"].update(sent_at="x"))[0]
    assert "did not sign this chat identity" in tampered(lambda one: one.update(host="evil.example"))[0]
    assert "for this trade" in tampered(lambda one: one["people"][0].update(signature="00" * 64))[0]
    assert "does not belong" in tampered(lambda one: one["items"].append({**other["items"][0], "seq": 7}))[0]
    assert "decrypted" in tampered(lambda one: one["keys"][0].update(key="00" * 32))[0]
    swapped = tampered(lambda one: one["items"].__setitem__(5, {**one["items"][3], "seq": 6}))
    assert any("missing before" in words for words in swapped)


@pytest.mark.parametrize("junk", [{}, [], {"trade": "0x", "people": 1}, "text", 7, None])
def test_other_files_are_no_transcripts(junk: Any) -> None:
    with pytest.raises(NotATranscript):
        judge(junk)


def test_the_command_says_the_verdict_and_fails_on_a_bad_one(whole: dict[str, Any], tmp_path: Path) -> None:
    file, out = tmp_path / "transcript.json", StringIO()
    file.write_text(json.dumps(whole))
    call_command("verify_transcript", str(file), "--show", stdout=out)
    assert "6 of 6 messages" in out.getvalue()
    assert "Hello Ben." in out.getvalue()
    whole["items"].pop(0)
    file.write_text(json.dumps(whole))
    with pytest.raises(CommandError, match="not sound"):
        call_command("verify_transcript", str(file), stdout=out)
    file.write_text("{")
    with pytest.raises(CommandError):
        call_command("verify_transcript", str(file))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_transcript", str(tmp_path / "absent.json"))
