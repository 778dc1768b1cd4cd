"""Evidence and requests: ciphertext in pieces, whole or not at all, for the people of the case only."""

import base64
import secrets
from datetime import timedelta

import pytest

from exchange.core import clock
from exchange.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, TooMany
from exchange.core.models import AuditEntry
from exchange.disputes import actions, casefile, evidence, queries
from exchange.disputes.models import Evidence, EvidenceChunk
from tests import trade_builders as make
from tests.builders import Actor, actor, ben, carol, mallory, sara
from tests.disputes.sealing import file_facts

pytestmark = pytest.mark.django_db
KEY = "22" * 32


def chunks_of(data: bytes) -> list[str]:
    size = evidence.CHUNK
    return [base64.b64encode(data[at : at + size]).decode() for at in range(0, len(data), size)]


def begin(deal: make.Deal, by: Actor, data: bytes, **changes: object) -> Evidence:
    facts = {**file_facts(data, to=_public(b"\x05" * 32)), **changes}
    return evidence.begin(deal.code, by=by.account, now=clock.now(), **facts)  # type: ignore[arg-type]


def _public(secret: bytes) -> str:
    from exchange.chat.keys import public_half

    return public_half(secret).hex()


def put(deal: make.Deal, by: Actor, file: Evidence, n: int, data: str) -> Evidence:
    return evidence.put_chunk(deal.code, by=by.account, evidence_id=file.pk, n=n, data=data, now=clock.now())


def test_a_file_arrives_in_pieces_in_any_order_and_goes_on_after_a_cut() -> None:
    deal, data = make.claimed(), secrets.token_bytes(evidence.CHUNK * 2 + 17)
    parts = chunks_of(data)
    file = begin(deal, ben(), data)
    put(deal, ben(), file, 2, parts[2])
    again = begin(deal, ben(), data)
    assert (again.pk, evidence.missing_chunks(again)) == (file.pk, [0, 1])
    put(deal, ben(), file, 0, parts[0])
    assert put(deal, ben(), file, 0, parts[0]).complete_at is None
    assert casefile.evidence_list(deal.code, account=sara().account) == []
    assert put(deal, ben(), file, 1, parts[1]).complete_at is not None
    for who in (sara(), ben(), carol()):
        listed = casefile.evidence_list(deal.code, account=who.account)
        assert [(one.side, one.size) for one in listed] == [("buyer", len(data))]
        told = [
            base64.b64decode(casefile.read_chunk(deal.code, account=who.account, evidence_id=file.pk, n=n))
            for n in range(3)
        ]
        assert b"".join(told) == data
    assert AuditEntry.objects.filter(act="case.evidence", actor=carol().address).count() == 1
    case = queries.case_of_trade(deal.code, account=ben().account, now=clock.now())
    assert case is not None
    assert any(one.words == "opened a file" and one.name == "Carol" for one in case.readings)


def test_what_is_not_the_announced_file_is_thrown_away_whole() -> None:
    deal, data = make.claimed(), secrets.token_bytes(100)
    file = begin(deal, ben(), data, digest="44" * 32)
    with pytest.raises(Invalid) as refused:
        put(deal, ben(), file, 0, chunks_of(data)[0])
    assert refused.value.code == "wrong_digest"
    file.refresh_from_db()
    assert (file.complete_at, EvidenceChunk.objects.count()) == (None, 0)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"note": "x"}, "/note"),
        ({"note": "x" * 501}, "/note"),
        ({"size": 0}, "/size"),
        ({"size": evidence.MOST_BYTES + 1}, "/size"),
        ({"digest": "nothing"}, "/digest"),
        ({"manifest": "###"}, "/manifest"),
        ({"sealed": {}}, "/sealed"),
        ({"sealed": {"short": "AAAA"}}, "/sealed"),
    ],
)
def test_files_that_do_not_fit_name_the_field(changes: dict[str, object], field: str) -> None:
    deal = make.claimed()
    with pytest.raises(Invalid) as refused:
        begin(deal, ben(), b"data", **changes)
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize(("n", "data"), [(0, "###"), (0, "AAAA"), (1, "AAAA"), (-1, "AAAA")])
def test_chunks_of_the_wrong_size_or_place_are_refused(n: int, data: str) -> None:
    deal = make.claimed()
    file = begin(deal, ben(), b"some data")
    with pytest.raises(Invalid):
        put(deal, ben(), file, n, data)


def test_strangers_and_the_other_side_neither_add_to_a_file_nor_read_an_unfinished_one() -> None:
    deal, data = make.claimed(), b"ciphertext"
    file = begin(deal, ben(), data)
    for who in (mallory(), sara(), carol()):
        with pytest.raises(NotFound):
            put(deal, who, file, 0, chunks_of(data)[0])
        with pytest.raises(NotFound):
            evidence.share(deal.code, by=who.account, evidence_id=file.pk, sealed={KEY: "AAAA"})
        with pytest.raises(NotFound):
            casefile.read_chunk(deal.code, account=who.account, evidence_id=file.pk, n=0)
    put(deal, ben(), file, 0, chunks_of(data)[0])
    dana = actor(8, name="Dana", is_arbiter=True)
    for who in (mallory(), dana):
        with pytest.raises(NotFound):
            casefile.read_chunk(deal.code, account=who.account, evidence_id=file.pk, n=0)
        with pytest.raises(NotFound):
            casefile.evidence_list(deal.code, account=who.account)


def test_an_owner_seals_a_file_to_an_arbiter_who_came_later_and_to_nobody_less() -> None:
    deal, data = make.claimed(), b"ciphertext"
    file = begin(deal, ben(), data)
    before = dict(file.sealed)
    shared = evidence.share(deal.code, by=ben().account, evidence_id=file.pk, sealed={KEY: "AAAA"})
    assert shared.sealed == {**before, KEY: "AAAA"}
    first = next(iter(before))
    kept = evidence.share(deal.code, by=ben().account, evidence_id=file.pk, sealed={first: "BBBB"})
    assert kept.sealed[first] == before[first]
    many = {f"{n:064x}": "AAAA" for n in range(12)}
    with pytest.raises(Invalid):
        evidence.share(deal.code, by=ben().account, evidence_id=file.pk, sealed=many)


def test_a_case_without_end_of_files_and_a_closed_case_take_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    deal = make.claimed()
    monkeypatch.setattr(evidence, "MOST_FILES_A_PARTY", 2)
    begin(deal, ben(), b"one")
    begin(deal, ben(), b"two")
    with pytest.raises(TooMany):
        begin(deal, ben(), b"three")
    begin(deal, sara(), b"three")
    deal.act(sara(), "release")
    actions.close_case(deal.code)
    with pytest.raises(Conflict) as closed:
        begin(deal, sara(), b"four")
    assert closed.value.code == "closed"


def ask(
    deal: make.Deal, by: Actor, *, side: str = "buyer", text: str = "Your bank's statement.", hours: int = 3
) -> None:
    now = clock.now()
    evidence.ask(deal.code, by=by.account, side=side, text=text, due_at=now + timedelta(hours=hours), now=now)


def test_a_request_names_side_and_time_and_is_answered_by_what_follows_it() -> None:
    deal = make.claimed()
    ask(deal, carol(), side="both")

    def answered() -> tuple[bool, bool]:
        case = queries.case_of_trade(deal.code, account=ben().account, now=clock.now() + timedelta(hours=4))
        assert case is not None
        return case.requests[0].is_answered, case.requests[0].is_over

    assert answered() == (False, True)
    data = b"ciphertext"
    put(deal, ben(), begin(deal, ben(), data), 0, chunks_of(data)[0])
    assert answered() == (False, True)
    actions.open_case(
        deal.code, by=sara().account, reason="other", wish_bps=0, statement=make.STATEMENT, now=clock.now()
    )
    assert answered() == (True, True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"side": "carol"}, "/side"),
        ({"text": "Show."}, "/text"),
        ({"text": "x" * 1001}, "/text"),
        ({"hours": 0}, "/due_at"),
        ({"hours": 24 * 200}, "/due_at"),
    ],
)
def test_requests_that_do_not_fit_name_the_field(changes: dict[str, object], field: str) -> None:
    deal = make.claimed()
    with pytest.raises(Invalid) as refused:
        ask(deal, carol(), **changes)  # type: ignore[arg-type]
    assert list(refused.value.fields) == [field]


def test_only_the_arbiter_of_the_case_asks() -> None:
    deal = make.claimed()
    dana = actor(8, name="Dana", is_arbiter=True)
    for who, error in ((ben(), Forbidden), (mallory(), Forbidden), (dana, NotFound)):
        with pytest.raises(error):
            ask(deal, who)


def test_nothing_is_shown_where_there_is_no_case() -> None:
    deal = make.paid()
    for attempt in (
        lambda: begin(deal, ben(), b"data"),
        lambda: casefile.evidence_list(deal.code, account=ben().account),
        lambda: casefile.handed_over(deal.code, account=ben().account),
    ):
        with pytest.raises(DomainError) as refused:
            attempt()
        assert refused.value.status == 404
