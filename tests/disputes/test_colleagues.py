"""A panel judges together: the arbiter of the case lets those who are asked to sign read what was handed over."""

import base64

import pytest
from nacl.exceptions import CryptoError
from nacl.public import SealedBox
from nacl.signing import VerifyKey
from pytest_django import Settings

from exchange.core import clock
from exchange.core.errors import Conflict, Forbidden, Invalid, NotFound
from exchange.core.models import AuditEntry
from exchange.disputes import actions, casefile, colleagues, evidence, queries, verdict
from exchange.disputes.models import KeyShare, PanelSeat
from exchange.trades.models import Trade
from tests import trade_builders as make
from tests.builders import actor, ben, carol, mallory, sara
from tests.chat.people import open_chat
from tests.disputes.sealing import Desk, desk, file_facts, message_keys
from tests.disputes.seats import agree, dana, erin, propose, seated_panel

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(settings: Settings) -> make.Deal:
    """A disputed trade whose case Carol has claimed and opened; Dana has a chat key, Erin has none yet."""
    seated_panel(settings)
    claimed = make.claimed()
    desk(carol(), claimed).publish(claimed)
    desk(dana(), claimed).enrol()
    return claimed


def share(deal: make.Deal, to: Desk, **changes: str) -> None:
    """Do as Carol's browser: seal the secret of the case to a colleague's chat identity."""
    listed = {one.account: one for one in colleagues.colleagues(deal.code, by=carol().account)}
    identity = listed[to.actor.address].identity_key
    reader = VerifyKey(bytes.fromhex(identity)).to_curve25519_public_key()
    box = base64.b64encode(SealedBox(reader).encrypt(desk(carol(), deal).secret)).decode()
    facts = {"reader": to.actor.address, "identity_key": identity, "sealed": box} | changes
    colleagues.share_key(deal.code, by=carol().account, now=clock.now(), **facts)


def test_a_colleague_reads_exactly_what_was_handed_over_to_the_arbiter(deal: make.Deal) -> None:
    _, buyer = open_chat(deal)
    buyer.say("The money is on its way")
    at, hers = desk(carol(), deal), desk(dana(), deal)
    items = message_keys(buyer, sender=ben(), counters=[1], to=at.public_key)
    actions.disclose(deal.code, by=ben().account, items=items, now=clock.now())
    propose(deal)
    share(deal, hers)
    key, box = colleagues.key_shared_with(deal.code, reader=dana().account)
    assert key is not None
    secret = hers.open_shared(box)
    assert (secret, key.public_key) == (at.secret, at.public_key)
    told = casefile.transcript_for(deal.code, arbiter=dana().account)
    keys = [
        {"sender": one["sender"], "n": one["n"], "key": at.open(one["sealed"]).hex()} for one in told["disclosures"]
    ]
    found = verdict.find({**told, "keys": keys}, name_of=lambda address: address)
    assert [line.content["text"] for line in found.lines if line.content] == ["The money is on its way"]
    looks = AuditEntry.objects.filter(subject=deal.code, act="case.transcript", actor=dana().address)
    assert looks.count() == 1


def test_a_colleague_fetches_the_files_of_a_case_and_every_look_is_on_record(deal: make.Deal) -> None:
    data = b"a bank statement"
    facts = file_facts(data, to=desk(carol(), deal).public_key)
    file = evidence.begin(deal.code, by=ben().account, now=clock.now(), **facts)
    chunk = base64.b64encode(data).decode()
    evidence.put_chunk(deal.code, by=ben().account, evidence_id=file.pk, n=0, data=chunk, now=clock.now())
    with pytest.raises(NotFound):
        casefile.evidence_list(deal.code, account=dana().account)
    propose(deal)
    assert [one.id for one in casefile.evidence_list(deal.code, account=dana().account)] == [file.pk]
    assert casefile.read_chunk(deal.code, account=dana().account, evidence_id=file.pk, n=0) == chunk
    acts = AuditEntry.objects.filter(subject=deal.code, actor=dana().address).values_list("act", flat=True)
    assert list(acts) == ["case.files", "case.evidence"]


def test_nobody_is_offered_the_key_before_a_ruling_is_proposed_nor_after_it_is_made(deal: make.Deal) -> None:
    assert colleagues.colleagues(deal.code, by=carol().account) == []
    propose(deal)
    assert [one.account for one in colleagues.colleagues(deal.code, by=carol().account)] == [dana().address]
    desk(erin(), deal).enrol()
    listed = colleagues.colleagues(deal.code, by=carol().account)
    assert {one.account: one.has_key for one in listed} == {dana().address: False, erin().address: False}
    share(deal, desk(dana(), deal))
    listed = colleagues.colleagues(deal.code, by=carol().account)
    assert {one.account: one.has_key for one in listed} == {dana().address: True, erin().address: False}
    agree(deal, erin())
    assert colleagues.colleagues(deal.code, by=carol().account) == []
    for closed_to in (dana(), erin()):
        with pytest.raises(NotFound):
            casefile.transcript_for(deal.code, arbiter=closed_to.account)


def test_a_colleague_with_an_interest_or_without_a_seat_is_not_offered_the_key(deal: make.Deal) -> None:
    propose(deal)
    stranger = actor(11, name="Stranger", is_arbiter=True)
    desk(stranger, deal).enrol()
    Trade.objects.filter(pk=deal.trade.pk).update(buyer=dana().account)
    assert colleagues.colleagues(deal.code, by=carol().account) == []
    for who in (stranger, mallory(), dana()):
        with pytest.raises(NotFound):
            colleagues.share_key(
                deal.code,
                by=carol().account,
                reader=who.address,
                identity_key="11" * 32,
                sealed=base64.b64encode(b"s" * 80).decode(),
                now=clock.now(),
            )
    assert not KeyShare.objects.exists()


def test_only_the_arbiter_of_the_case_shares_it_and_mallory_reads_nothing(deal: make.Deal) -> None:
    propose(deal)
    share(deal, desk(dana(), deal))
    for who, refusal in ((dana(), NotFound), (erin(), NotFound), (mallory(), Forbidden), (sara(), Forbidden)):
        with pytest.raises(refusal):
            colleagues.colleagues(deal.code, by=who.account)
    for party in (mallory(), sara(), ben()):
        with pytest.raises(Forbidden):
            colleagues.key_shared_with(deal.code, reader=party.account)
    box = KeyShare.objects.get().sealed
    with pytest.raises(CryptoError):
        desk(erin(), deal).open_shared(box)


def test_a_key_that_was_replaced_in_the_meantime_is_not_sealed_to(deal: make.Deal) -> None:
    propose(deal)
    with pytest.raises(Conflict) as refused:
        share(deal, desk(dana(), deal), identity_key="11" * 32)
    assert refused.value.code == "other_key"
    for box in ("", "not base64", base64.b64encode(b"short").decode()):
        with pytest.raises(Invalid):
            share(deal, desk(dana(), deal), sealed=box)


def test_sharing_is_on_record_once_and_the_parties_learn_of_it_with_the_ruling(deal: make.Deal) -> None:
    propose(deal)
    for _ in range(2):
        share(deal, desk(dana(), deal))
    assert AuditEntry.objects.filter(act="case.shared", subject=deal.code).count() == 1
    words = "let a member of the panel read the messages"

    def read_by_ben() -> list[str]:
        case = queries.case_of_trade(deal.code, account=ben().account, now=clock.now())
        return [one.words for one in case.readings] if case else []

    assert words not in read_by_ben()
    agree(deal, dana())
    assert words in read_by_ben()


def test_who_claims_the_case_next_has_shared_nothing_yet(deal: make.Deal) -> None:
    propose(deal)
    share(deal, desk(dana(), deal))
    actions.recuse(deal.code, by=carol().account, reason="I know one of the two.", now=clock.now())
    actions.claim(deal.code, by=erin().account, now=clock.now())
    propose(deal, by=erin())
    assert PanelSeat.objects.filter(member=dana().account).exists()
    key, box = colleagues.key_shared_with(deal.code, reader=dana().account)
    assert (key, box) == (None, "")
