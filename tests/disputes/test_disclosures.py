"""Handing messages to the arbiter: only this trade's, only to the arbiter's own key, and what the verdict then says."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from exchange.core import clock
from exchange.core.errors import Conflict, Forbidden, Invalid, NotFound
from exchange.core.hashing import canonical
from exchange.core.models import AuditEntry
from exchange.disputes import actions, casefile, disclosures, exported, queries, verdict
from exchange.disputes.models import Disclosure
from tests import trade_builders as make
from tests.builders import Actor, actor, ben, carol, mallory, sara
from tests.chat.people import Client, open_chat
from tests.disputes.sealing import Desk, desk, message_keys, sealed

pytestmark = pytest.mark.django_db
SAID = ("The money is on its way", "I see nothing", "Look again", "Still nothing")


def talked() -> tuple[make.Deal, Client, Client, Desk]:
    """Return a claimed case whose people have written two messages each, and Carol's desk."""
    deal = make.claimed()
    seller, buyer = open_chat(deal)
    for place, text in enumerate(SAID):
        (seller if place % 2 else buyer).say(text)
    return deal, seller, buyer, desk(carol(), deal)


def hand_over(deal: make.Deal, by: Actor, items: list[disclosures.SealedKey]) -> int:
    return actions.disclose(deal.code, by=by.account, items=items, now=clock.now())


def opened(deal: make.Deal, at: Desk) -> dict[str, Any]:
    """Return the transcript as Carol's browser has it after opening the keys."""
    told = casefile.transcript_for(deal.code, arbiter=carol().account)
    keys = {(one["sender"], one["n"]): at.open(one["sealed"]).hex() for one in told["disclosures"]}
    return {**told, "keys": [{"sender": sender, "n": n, "key": key} for (sender, n), key in keys.items()]}


def judged(transcript: dict[str, Any]) -> verdict.Finding:
    names = {sara().address: "Sara", ben().address: "Ben"}
    return verdict.find(transcript, name_of=lambda address: names[address])


def test_nothing_can_be_handed_over_before_the_arbiter_has_published_a_key() -> None:
    deal, _, buyer, at = talked()
    items = message_keys(buyer, sender=ben(), counters=[1], to=at.public_key)
    with pytest.raises(Conflict) as early:
        hand_over(deal, ben(), items)
    assert early.value.code == "no_arbiter_key"
    first = at.publish(deal)
    assert at.publish(deal).pk == first.pk
    key, handed = casefile.handed_over(deal.code, account=ben().account)
    assert (key, handed) == (first, [])
    assert hand_over(deal, ben(), items) == 1
    assert hand_over(deal, ben(), items) == 0


def test_everything_handed_over_reads_as_whole_and_unaltered() -> None:
    deal, seller, buyer, at = talked()
    at.publish(deal)
    hand_over(deal, ben(), message_keys(buyer, sender=ben(), counters=[1, 2], to=at.public_key))
    hand_over(deal, sara(), message_keys(seller, sender=sara(), counters=[1, 2], to=at.public_key))
    found = judged(opened(deal, at))
    assert found.words == "4 of 4 messages, both sides, signatures valid, order unbroken."
    assert [line.content["text"] for line in found.lines if line.content] == list(SAID)
    case = queries.case_for(deal.code, arbiter=carol().account, now=clock.now())
    assert (case.handed_by_buyer, case.handed_by_seller, case.messages) == (2, 2, 4)
    assert AuditEntry.objects.filter(act="case.transcript", subject=deal.code).count() == 1


def test_the_verdict_names_exactly_what_is_withheld() -> None:
    deal, _, buyer, at = talked()
    at.publish(deal)
    # Ben hands over one of his own and one of Sara's: both sides can read, so both may show.
    hand_over(deal, ben(), message_keys(buyer, sender=ben(), counters=[1], to=at.public_key))
    hand_over(deal, ben(), message_keys(buyer, sender=sara(), counters=[2], to=at.public_key))
    found = judged(opened(deal, at))
    assert found.problems == ()
    said = "2 of 4 messages, both sides, signatures valid, order unbroken; withheld: Sara's 1, Ben's 2."
    assert found.words == said
    assert [line.content is None for line in found.lines] == [False, True, True, False]


@pytest.mark.parametrize("numbers", [[], [1], [1, 2, 3], [5, 1, 3, 4]])
def test_runs_of_numbers_are_told_shortly(numbers: list[int]) -> None:
    told = {(): "", (1,): "1", (1, 2, 3): "1 to 3", (5, 1, 3, 4): "1, 3 to 5"}
    assert verdict.ranges(numbers) == told[tuple(numbers)]


def test_a_tampered_transcript_is_called_unreliable_with_the_reason() -> None:
    deal, seller, buyer, at = talked()
    at.publish(deal)
    for by, client in ((ben(), buyer), (sara(), seller)):
        hand_over(deal, by, message_keys(client, sender=by, counters=[1, 2], to=at.public_key))
    sound = opened(deal, at)
    for tamper, words in (
        (lambda told: told["items"].pop(1), "is missing"),
        (lambda told: told["items"].pop(), "end is cut off"),
        (lambda told: told["items"].reverse(), "missing before this one"),
        (lambda told: told["items"][0]["msg"].update(ct=told["items"][2]["msg"]["ct"]), "did not write this"),
        (lambda told: told["items"][0]["msg"].update(sent_at="2020-01-01T00:00:00.000Z"), "did not write this"),
        (lambda told: told["keys"][0].update(key="00" * 32), "cannot be decrypted"),
        (lambda told: told["people"][0].update(identity_key="11" * 32), "did not sign"),
        (lambda told: told["people"][0].update(public_key="11" * 32), "did not sign its key"),
    ):
        told = copy.deepcopy(sound)
        tamper(told)
        found = judged(told)
        assert "do not rely on this transcript" in found.words
        assert any(words in problem for problem in found.problems), (words, found.problems)


def test_messages_cut_off_together_with_the_head_are_betrayed_by_a_disclosed_key() -> None:
    deal, _, buyer, at = talked()
    at.publish(deal)
    hand_over(deal, ben(), message_keys(buyer, sender=sara(), counters=[1, 2], to=at.public_key))
    told = opened(deal, at)
    told["items"].pop()
    told["head"] = 3
    assert judged(told).problems == ("Sara's message 2 was handed over but is not in the log.",)


def test_a_message_of_another_trade_or_of_nobody_is_refused() -> None:
    deal, _, buyer, at = talked()
    at.publish(deal)
    for items in (
        message_keys(buyer, sender=ben(), counters=[3], to=at.public_key),
        message_keys(buyer, sender=mallory(), counters=[1], to=at.public_key),
    ):
        with pytest.raises(Invalid) as refused:
            hand_over(deal, ben(), items)
        assert refused.value.code == "not_in_log"
    other = make.claimed(max_fiat="2000.00")
    with pytest.raises(Conflict):  # its arbiter has no key yet, and the messages are not there
        hand_over(other, ben(), message_keys(buyer, sender=ben(), counters=[1], to=at.public_key))
    assert not Disclosure.objects.exists()


@pytest.mark.parametrize("broken", ["", "AAAA", "not base64", "A" * 108 + "="])
def test_what_is_no_sealed_key_is_refused_by_its_place(broken: str) -> None:
    deal, _, _, at = talked()
    at.publish(deal)
    with pytest.raises(Invalid) as refused:
        hand_over(deal, ben(), [disclosures.SealedKey(sender=ben().address, n=1, sealed=broken)])
    assert list(refused.value.fields) == ["/items/0/sealed"]
    with pytest.raises(Invalid):
        hand_over(deal, ben(), [])


def test_mallory_and_the_arbiter_hand_over_nothing() -> None:
    deal, _, buyer, at = talked()
    at.publish(deal)
    items = message_keys(buyer, sender=ben(), counters=[1], to=at.public_key)
    for who in (mallory(), carol()):
        with pytest.raises(NotFound):
            hand_over(deal, who, items)
        with pytest.raises(NotFound):
            casefile.handed_over(deal.code, account=who.account)


def test_only_the_arbiter_of_the_case_gets_its_transcript_and_sets_its_key() -> None:
    deal, *_ = talked()
    dana = actor(8, name="Dana", is_arbiter=True)
    for who, error in ((mallory(), Forbidden), (ben(), Forbidden), (dana, NotFound)):
        with pytest.raises(error):
            casefile.transcript_for(deal.code, arbiter=who.account)
        with pytest.raises(error):
            casefile.export(deal.code, arbiter=who.account, now=clock.now())
        with pytest.raises(error):
            desk(who, deal).publish(deal)


@pytest.mark.parametrize("field", ["identity_key", "wallet_signature", "public_key", "signature"])
def test_a_case_key_that_wallet_and_identity_do_not_vouch_for_is_refused(field: str) -> None:
    deal, *_, at = talked()
    stranger = desk(mallory(), deal)
    theirs = {
        "identity_key": bytes(stranger.identity.verify_key).hex(),
        "wallet_signature": stranger.wallet_signature,
        "public_key": stranger.public_key,
        "signature": "33" * 64,
    }
    with pytest.raises(Invalid):
        at.publish(deal, **{field: theirs[field]})


def test_a_published_case_key_cannot_be_changed() -> None:
    deal, *_, at = talked()
    at.publish(deal)
    other = Desk(at.actor, at.identity, at.wallet_signature, bytes(range(1, 33)))
    with pytest.raises(Conflict) as fixed:
        other.publish(deal)
    assert fixed.value.code == "key_fixed"


def signed_export(deal: make.Deal, at: Desk) -> dict[str, Any]:
    """Return the file Carol's browser saves."""
    told = casefile.export(deal.code, arbiter=carol().account, now=clock.now())
    told = {**told, "transcript": opened(deal, at)}
    signature = at.identity.sign(canonical(told)).signature.hex()
    return {
        **told,
        "signed_by": {
            "account": carol().address,
            "identity_key": bytes(at.identity.verify_key).hex(),
            "wallet_signature": at.wallet_signature,
            "signature": signature,
        },
    }


def test_an_exported_case_is_verified_offline_and_any_change_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deal, seller, buyer, at = talked()
    actions.open_case(
        deal.code, by=ben().account, reason="other", wish_bps=10_000, statement=make.STATEMENT, now=clock.now()
    )
    at.publish(deal)
    for by, client in ((ben(), buyer), (sara(), seller)):
        hand_over(deal, by, message_keys(client, sender=by, counters=[1, 2], to=at.public_key))
    case = signed_export(deal, at)
    assert exported.faults(case) == []
    file = tmp_path / "case.json"
    file.write_text(json.dumps(case), encoding="utf-8")
    call_command("verify_transcript", str(file))
    said = capsys.readouterr().out
    assert "4 of 4 messages, both sides, signatures valid, order unbroken." in said
    assert f"Signed by the arbiter {carol().address}" in said
    for tamper in (
        lambda told: told["statements"][0].update(text="Something else"),
        lambda told: told.update(arbiter=mallory().address),
        lambda told: told["signed_by"].update(account=mallory().address),
        lambda told: told["signed_by"].update(wallet_signature=mallory().sign_text("hello")),
        lambda told: told.pop("signed_by"),
        lambda told: told["transcript"]["items"].pop(),
    ):
        told = copy.deepcopy(case)
        tamper(told)
        file.write_text(json.dumps(told), encoding="utf-8")
        with pytest.raises(CommandError, match="not sound"):
            call_command("verify_transcript", str(file))
    assert AuditEntry.objects.filter(act="case.exported", subject=deal.code).count() == 1


def test_a_key_sealed_to_nobody_is_blamed_on_its_giver() -> None:
    deal, _, _, at = talked()
    at.publish(deal)
    wrong = disclosures.SealedKey(sender=ben().address, n=1, sealed=sealed(at.public_key, b"\x07" * 32))
    hand_over(deal, ben(), [wrong])
    found = judged(opened(deal, at))
    assert any("cannot be decrypted" in problem for problem in found.problems)
