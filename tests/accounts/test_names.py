"""Names: readable, of one script, and no doubles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.accounts import names
from exchange.core.errors import Invalid


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Sara", "Sara"),
        ("  Ben K.  ", None),
        ("Ben K", "Ben K"),
        ("Zoë-Marie", "Zoë-Marie"),
        ("Ｎｉｎａ", "Nina"),
        ("Олексій", "Олексій"),
        ("田中さくら", "田中さくら"),
        ("김철수", "김철수"),
        ("trader_42", "trader_42"),
    ],
)
def test_ordinary_names_are_kept(typed: str, kept: str | None) -> None:
    if kept is None:
        with pytest.raises(Invalid):
            names.read_name(typed)
    else:
        assert names.read_name(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ab",
        "x" * 33,
        "Sаra",  # the second letter is Cyrillic
        "Ραρley",
        "Admin",
        "аdmіn",
        "Sara\x00",
        "ADMIN",
        "SupPort",
        "Par1ey",
        "0xdeadbeef",
        "12345",
        "-Sara",
        "Sara-",
        "Sa--ra",
        "Sa. ra",
        "Sara\u202ea",
        "Sara\u200ba",
        "Sa/ra",
        "<b>Sara</b>",
        "Sa\nra",
        "🙂🙂🙂",
    ],
)
def test_names_that_could_mislead_are_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        names.read_name(typed)
    assert set(refused.value.fields) == {"/name"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sara", "sara"),
        ("Sara", "Sára"),
        ("Sara", "Sa-ra"),
        ("paypal", "PayPaI"),
        ("modern", "modem"),
        ("Victor", "V1ctor"),
        ("осо", "oco"),
        ("wanda", "vvanda"),
    ],
)
def test_look_alikes_have_one_skeleton(one: str, other: str) -> None:
    assert names.skeleton(one) == names.skeleton(other)


def test_different_names_have_different_skeletons() -> None:
    people = ["Sara", "Ben", "Carol", "Mallory", "Nina", "Otto", "Olaf", "Lena", "Олексій", "田中"]
    assert len({names.skeleton(one) for one in people}) == len(people)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_and_reading_twice_changes_nothing(text: str) -> None:
    try:
        name = names.read_name(text)
    except Invalid:
        return
    assert names.read_name(name) == name
    assert names.skeleton(name)
