"""One's trades as a table: whole, with where each price came from, and harmless in a spreadsheet."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.core.csv_lines import cell, lines
from exchange.trades.export import COLUMNS
from exchange.trades.models import Trade
from tests import trade_builders as make
from tests.api.client import Api
from tests.builders import ben, mallory, margin, market_price, sara
from tests.web.visiting import visit


def rows_of(api: Api, query: str = "") -> list[dict[str, str]]:
    response = api("GET", f"/exports/trades{query}")
    assert response.status_code == 200
    assert response["Content-Disposition"] == 'attachment; filename="trades.csv"'
    return list(csv.DictReader(io.StringIO(response.getvalue().decode())))


@pytest.mark.django_db
def test_a_trade_is_told_with_its_price_and_where_that_came_from() -> None:
    market_price("3000")
    deal = make.taken(price=margin(150))
    (row,) = rows_of(Api(ben().account))
    assert set(row) == set(COLUMNS)
    assert (row["trade"], row["role"], row["peer"]) == (deal.code, "buyer", sara().address)
    assert (row["price"], row["amount_fiat"], row["currency"]) == ("3045", "250.00", "EUR")
    assert (row["price_type"], row["margin_bps"], row["market_price"]) == ("margin", "150", "3000.0000000000")
    assert "test-0 3000" in row["market_sources"]
    (sold,) = rows_of(Api(sara().account))
    assert sold["role"] == "seller"
    assert rows_of(Api(mallory().account)) == []


@pytest.mark.django_db
def test_days_bound_what_is_told() -> None:
    deal = make.taken()
    day = deal.trade.created_at.date().isoformat()
    api = Api(ben().account)
    assert len(rows_of(api, f"?since={day}")) == 1
    assert rows_of(api, f"?until={day}") == []
    for query in ("?since=2026-02-31", "?since=yesterday", "?from=2026-01-01"):
        assert api("GET", f"/exports/trades{query}").status_code == 422


@pytest.mark.django_db
def test_a_label_that_a_spreadsheet_would_run_is_told_as_text() -> None:
    make.taken()
    trade = Trade.objects.get()
    trade.price_snapshot["label"] = '=HYPERLINK("https://evil.example","click")'
    trade.save(update_fields=["price_snapshot"])
    (row,) = rows_of(Api(ben().account))
    assert row["market_label"].startswith("'=")


@given(st.text())
def test_no_cell_begins_a_formula_and_every_text_comes_back(text: str) -> None:
    told = cell(text)
    assert told.removeprefix("'") == text.removeprefix("'")
    assert not told.startswith(("=", "@", "\t", "\r", "+"))
    assert not told.startswith("-") or told[1:].replace(".", "").isdecimal()


@given(st.lists(st.lists(st.text(alphabet=st.characters(blacklist_characters="\0")), min_size=2, max_size=2)))
def test_a_table_is_read_back_as_it_was_written(rows: list[list[str]]) -> None:
    text = "".join(lines(["one", "two"], rows))
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read == [["one", "two"], *([cell(value) for value in row] for row in rows)]


@pytest.mark.django_db
def test_the_page_of_ones_trades_leads_to_the_table_and_a_stranger_gets_none() -> None:
    path = "/api/v1/exports/trades"
    assert path not in visit(sara()).get("/trades").content.decode()  # nothing to take away yet
    make.taken()
    client = visit(ben())
    assert f'href="{path}"' in client.get("/trades").content.decode()
    table = b"".join(client.get(path)).decode()
    assert len(list(csv.reader(io.StringIO(table)))) == 2
    assert visit().get(path).status_code == 401
