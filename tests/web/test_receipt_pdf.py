"""A receipt is drawn in the letters of the names on it."""

import re
from dataclasses import replace

import pytest

from exchange.web.receipt_facts import Receipt
from exchange.web.receipt_pdf import draw

RECEIPT = Receipt(
    title="Receipt for trade 8F3K7Q2M",
    outcome="Completed: the coins went to the buyer",
    parties=(("Seller", "Sara, 0x70997970C51812dc3A010C7d01b50e0d17dc79C8"), ("Buyer", "Ben")),
    deal=(("Money", "250.00 EUR"),),
    chain=(("Trade", "0x" + "ab" * 32),),
    link="https://parley.example/receipts/abc",
)


def with_seller(name: str) -> Receipt:
    return replace(RECEIPT, parties=(("Seller", name), RECEIPT.parties[1]))


def letters_of(pdf: bytes) -> set[str]:
    """Return the letters that the PDF's own tables (ToUnicode) say it shows."""
    return {chr(int(code, 16)) for code in re.findall(rb"<[0-9A-F]{4}> <([0-9A-F]{4})>", pdf)}


def test_plain_names_need_no_font_of_ours() -> None:
    pdf = draw(with_seller("Zoë Müller\u00a0…"), site_name="Parley")
    assert b"DejaVu" not in pdf
    assert len(pdf) < 10_000


@pytest.mark.parametrize("name", ["Юлия Щербакова", "Łukasz Żak", "Şükrü İnan", "Νίκος", "שרה"])
def test_names_in_other_letters_are_written_in_them(name: str) -> None:
    pdf = draw(with_seller(name), site_name="Parley")
    assert b"DejaVu" in pdf
    assert set(name) - {" "} <= letters_of(pdf)
    assert len(pdf) < 200_000


def test_letters_that_no_font_here_has_become_question_marks_and_fail_nothing() -> None:
    pdf = draw(with_seller("李雷 😀 Łu"), site_name="Parley")
    assert {"?", "Ł"} <= letters_of(pdf)
    assert not {"李", "😀"} & letters_of(pdf)
