"""Formula prices: what can be written, what is refused and where, what it is worth."""

from decimal import Decimal

import pytest

from exchange.prices.formula.evaluate import Evaluated, SourceUsed, SourceValue
from exchange.prices.formula.parse import MOST_CHARACTERS, MOST_DEPTH, MOST_PARTS, parse
from exchange.prices.formula.refusals import (
    BadFormula,
    DividesByZero,
    NoValue,
    OutOfRange,
    SourceStale,
    SourceUnknown,
)
from exchange.prices.formula.tree import SourceName, walk

KRAKEN = SourceName("kraken", "ETH", "EUR")
DOLLARS = SourceName("coinbase", "ETH", "USD")
RATE = SourceName("ecb", "USD", "EUR")
MARKET = SourceName("market", "ETH", "EUR")
KNOWN = {KRAKEN, DOLLARS, RATE, MARKET}


def told(price: str | None, *, age: int = 5, max_age: int = 60) -> SourceValue:
    return SourceValue(price=None if price is None else Decimal(price), age_seconds=age, max_age=max_age)


PRICES = {
    KRAKEN: told("3000", age=7),
    DOLLARS: told("3500", age=11),
    RATE: told("0.86", age=40_000, max_age=400_000),
    MARKET: told("3005.5", age=9),
}


def value(text: str) -> Decimal:
    return parse(text, known=KNOWN).evaluate(PRICES).value


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("market(ETH/EUR)", "3005.5"),
        ("kraken(ETH/EUR) * 1.012", "3036"),
        ("kraken( eth /eur )", "3000"),
        ("KRAKEN(ETH/EUR)", "3000"),
        ("coinbase(ETH/USD) * ecb(USD/EUR)", "3010"),
        ("median(kraken(ETH/EUR), market(ETH/EUR), coinbase(ETH/USD) * ecb(USD/EUR))", "3005.5"),
        ("median(kraken(ETH/EUR), market(ETH/EUR))", "3002.75"),
        ("Max(kraken(ETH/EUR), 2900)", "3000"),
        ("min(kraken(ETH/EUR), 2900, 4000)", "2900"),
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("10 - 3 - 2", "5"),
        ("12 / 3 / 2", "2"),
        ("12 / (3 / 2)", "8"),
        ("2 - -3", "5"),
        ("--3", "3"),
        ("-2 * -3", "6"),
        (".5 + 0.5", "1"),
        ("1/3", "0.3333333333"),
        ("2/3", "0.6666666667"),
        ("0.00000000005 + 1", "1.0000000001"),
        ("1 / 3 * 3", "1"),
        ("\t1\n+ 1 ", "2"),
        ("(" * 200 + "1" + ")" * 200, "1"),
    ],
)
def test_a_formula_has_the_value_arithmetic_gives_it(text: str, worth: str) -> None:
    assert value(text) == Decimal(worth)


def test_the_result_carries_each_named_source_with_its_value_and_age() -> None:
    formula = parse("min(kraken(ETH/EUR), coinbase(ETH/USD) * ecb(USD/EUR)) + kraken(ETH/EUR) / 1000")
    assert formula.sources == (KRAKEN, DOLLARS, RATE)
    assert formula.evaluate(PRICES) == Evaluated(
        value=Decimal(3003),
        sources=(
            SourceUsed(name=KRAKEN, price=Decimal(3000), age_seconds=7),
            SourceUsed(name=DOLLARS, price=Decimal(3500), age_seconds=11),
            SourceUsed(name=RATE, price=Decimal("0.86"), age_seconds=40_000),
        ),
        age_seconds=40_000,
    )


def test_a_formula_without_sources_has_no_age() -> None:
    assert parse("3000").evaluate({}) == Evaluated(value=Decimal(3000), sources=(), age_seconds=0)


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("", 0, "Write a formula"),
        (" \n", 0, "Write a formula"),
        ("krakn(ETH/EUR)", 0, "There is no price source krakn. Did you mean kraken(ETH/EUR)?"),
        ("1 + kraken(ETH/EUS)", 4, "kraken tells no price of ETH/EUS. Did you mean kraken(ETH/EUR)?"),
        ("1 + zzz(ETH/EUR)", 4, "There is no price source zzz. There is: coinbase, ecb, kraken, market."),
        ("kraken(BTC/JPY)", 0, "kraken tells no price of BTC/JPY. It tells: ETH/EUR."),
        ("2 * meidan(1, 2)", 4, "There is no function meidan"),
        ("median(ETH/EUR)", 0, "Did you mean market(ETH/EUR)?"),
        ("1 + min(2)", 4, "min takes two or more values"),
        ("2 * ETH/EUR", 4, "A pair stands in the brackets of a source: market(ETH/EUR)."),
        ("kraken", 0, "A name is followed by its pair"),
        ("kraken()", 7, "Something is missing before this bracket."),
        ("kraken(ETH/EUR", 14, "a closing bracket is missing"),
        ("1 +", 3, "a number, a source or a bracket is missing"),
        ("1 + * 2", 4, "* cannot stand here"),
        ("1 2", 2, "A sign such as + or * is missing before 2."),
        ("1e5", 1, "A sign such as + or * is missing before e5."),
        ("2(3)", 1, "Write * to multiply"),
        ("2)", 1, "This bracket closes nothing."),
        ("1,250.50", 1, "write 1250.50 with a point"),
        ("1.2.3", 3, "is missing before .3"),
        ("kraken(ETH/EUR) + 1.5%", 21, "write * 1.015"),
        ("2 ^ 3", 2, "There are no powers here"),
        ("x = 2", 2, "only the right side"),
        ("3 \u2212 1", 2, "Write the plain minus sign -."),
        ("3 \u00d7 1", 2, "Write * to multiply."),
        ("1 + \u0661", 4, "has no meaning here"),
        ("1\u200b", 1, "cannot be seen"),
        ("1\x00", 1, "cannot be seen"),
        ("\ud800", 0, "cannot be seen"),
        ("__import__('os')", 0, "has no meaning here"),
        ("min.__class__", 3, "has no meaning here"),
        ("9" * 19, 0, "at most 18 digits"),
        ("0." + "1" * 19, 0, "at most 18 digits"),
        ("1" * (MOST_CHARACTERS + 1), MOST_CHARACTERS, "at most 500 characters"),
        ("+".join(["1"] * (MOST_DEPTH + 1)), 0, "24 inside each other"),
        ("-" * MOST_DEPTH + "1", MOST_DEPTH, "24 inside each other"),
        (f"min({','.join(['1'] * MOST_PARTS)})", 4, "at most 100 parts"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place_and_what_to_write(text: str, position: int, words: str) -> None:
    with pytest.raises(BadFormula) as refused:
        parse(text, known=KNOWN)
    assert words in refused.value.message
    assert refused.value.position == position
    assert (refused.value.status, refused.value.code) == (422, "bad_formula")


def test_the_caret_stands_under_the_fault_even_in_a_long_line() -> None:
    with pytest.raises(BadFormula) as refused:
        parse("market(ETH/EUR) + krakn(ETH/EUR)", known=KNOWN)
    assert refused.value.pointer() == "market(ETH/EUR) + krakn(ETH/EUR)\n                  ^"
    with pytest.raises(BadFormula) as refused:
        parse(" + ".join(["1"] * 20) + "\n? 3")
    line, caret = refused.value.pointer().split("\n")
    assert line[caret.index("^")] == "?"
    assert len(line) <= 80


def test_without_a_list_of_names_any_source_may_be_written() -> None:
    assert parse("anyone(ABC/XYZ)").sources == (SourceName("anyone", "ABC", "XYZ"),)


@pytest.mark.parametrize(
    ("text", "kind", "position", "words"),
    [
        ("kraken(ETH/EUR) / (1 - 1)", DividesByZero, 16, "divides by 0"),
        ("1 / (kraken(ETH/EUR) - 3000)", DividesByZero, 2, "divides by 0"),
        ("1 / (1 / 999999999999999999 / 999)", DividesByZero, 2, "divides by"),
        ("0 * kraken(ETH/EUR)", OutOfRange, 2, "gives 0 just now"),
        ("1 - kraken(ETH/EUR)", OutOfRange, 2, "gives -2999 just now"),
        ("999999999999999 * 100", OutOfRange, 16, "gives 1e+17 just now"),
        ("999999999999999999 * 999999999999999999", OutOfRange, 19, "beyond all bounds"),
        ("0.0000001", OutOfRange, 0, "a price lies between 0.000001 and"),
        ("1 + other(ETH/EUR)", SourceUnknown, 4, "no price from other(ETH/EUR)"),
        ("1 + old(ETH/EUR)", SourceStale, 4, "61 s old, and counts for 60 s"),
        ("split(ETH/EUR)", SourceStale, 0, "do not agree"),
    ],
)
def test_a_sound_formula_without_a_value_just_now_says_which_part_is_to_blame(
    text: str, kind: type[NoValue], position: int, words: str
) -> None:
    prices = PRICES | {
        SourceName("old", "ETH", "EUR"): told("3000", age=61),
        SourceName("split", "ETH", "EUR"): told(None),
    }
    with pytest.raises(kind) as refused:
        parse(text).evaluate(prices)
    assert refused.value.position == position
    assert words in refused.value.message
    assert refused.value.status == 409


def test_a_source_counts_up_to_its_own_age_limit() -> None:
    at_limit = {KRAKEN: told("3000", age=60)}
    assert parse("kraken(ETH/EUR)").evaluate(at_limit).value == 3000


def test_where_a_part_stood_does_not_matter_for_equality() -> None:
    one, other = parse("1+kraken(ETH/EUR)"), parse("  1 +\n kraken( eth/eur )")
    assert one == other
    assert hash(one) == hash(other)
    assert [part.at for part in walk(one.root)] != [part.at for part in walk(other.root)]
    assert str(one) == str(other) == "1 + kraken(ETH/EUR)"
    assert parse("1 + 2 + 3") != parse("1 + (2 + 3)")
