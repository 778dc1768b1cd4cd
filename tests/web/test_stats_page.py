"""The statistics page without scripts: cards, four charts as tables and sparklines, ranges and CSV as plain links."""

import csv
import gzip
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.test import override_settings

from exchange.core import clock
from exchange.prices.models import MedianPrice
from exchange.web.charts.figure import EMPTY, Cell, Chart, Column, Row, as_csv, change_words
from exchange.web.charts.sparkline import HEIGHT, WIDTH, sparkline
from tests.builders import catalog, fixed, market_price, offer
from tests.trade_builders import funded
from tests.trades.test_figures import finished
from tests.web.visiting import sound, visit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _forget() -> None:
    cache.clear()
    catalog()


def some_history(days: int = 40) -> None:
    now = clock.now()
    for day in range(days):
        at = now - timedelta(days=day, minutes=1)
        MedianPrice.objects.create(asset="ETH", currency="EUR", price=Decimal(3000 - day), at=at)


def some_trades() -> None:
    now = clock.now()
    for day in (9, 6, 3):
        finished(*[now - timedelta(days=day)] * 5, price=str(3000 + 10 * day))


def read(path: str) -> str:
    answer = visit().get(path)
    assert answer.status_code == 200, answer.content[:300]
    return answer.content.decode()


def test_an_empty_node_says_what_is_missing_and_why() -> None:
    page = sound(visit().get("/stats"))
    assert page.h1 == ["Stats"]
    assert "No price of ETH in EUR yet" in page.text
    assert "No ETH is for sale just now" in page.text
    assert "Less than that is not shown, so that nobody is exposed." in page.text
    assert "fewer than 5 trades" in page.text


def test_the_contracts_balance_is_told_beside_what_is_owed() -> None:
    deal = funded()
    page = sound(visit().get("/stats"))
    words = page.text.replace("\u00a0", " ")
    assert "ETH in escrow now" in words
    assert "The contract's balance" in words
    assert "in open trades" in words
    assert "are on our books" not in words
    assert deal.code not in words


@override_settings(CHAIN_RPC_URLS=["http://127.0.0.1:1"])
def test_with_the_node_away_the_page_says_so_and_stays() -> None:
    funded_elsewhere = sound(visit().get("/stats"))
    assert "ETH in escrow now" in funded_elsewhere.text


@override_settings(
    CACHES={"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}
)
def test_without_redis_the_page_is_made_anew() -> None:
    assert "Open offers" in sound(visit().get("/stats")).text


def test_every_chart_has_a_finding_a_table_a_picture_and_a_csv() -> None:
    some_history()
    some_trades()
    market_price("3000")
    offer(price=fixed("3030.00"))
    text = read("/stats/eth/eur?range=30d")
    page = sound(visit().get("/stats/eth/eur?range=30d"))
    words = [title.replace("\u00a0", " ") for title in page.h2]
    assert words[0] == "One ETH costs 3,000.00 EUR, 1.0% more than 30 days ago"
    assert words[1] == "Half of the ETH for sale is priced up to 1% above market"
    assert words[2].endswith("ETH changes hands on an average day")
    assert words[3] == "Half of the sellers release within 6 min"
    assert text.count('<svg class="sparkline"') == text.count("<summary>View as table") == 4
    assert text.count('role="img" aria-label="') == 4
    assert [link for link in page.links if ".csv" in link] == [
        f"/stats/eth/eur/{key}.csv?range=30d" for key in ("price", "depth", "volume", "release")
    ]
    assert "/stats/eth/eur?range=7d" in page.links
    assert 'aria-current="true">30 days' in text


def test_a_page_of_a_full_year_stays_small() -> None:
    now = clock.now()
    MedianPrice.objects.bulk_create(
        MedianPrice(asset="ETH", currency="EUR", price=Decimal(3000 + hour % 97), at=now - timedelta(hours=hour))
        for hour in range(24 * 365)
    )
    some_trades()
    for range_ in ("24h", "7d", "30d", "90d", "1y"):
        body = visit().get(f"/stats/eth/eur?range={range_}").content
        assert len(gzip.compress(body, 6)) < 40 * 1024


def test_a_csv_holds_plain_numbers_and_moments() -> None:
    some_history(3)
    answer = visit().get("/stats/eth/eur/price.csv?range=7d")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="price-eth-eur-7d.csv"'
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert rows[0] == ["Time", "Market (EUR)", "Trades from (EUR)", "Trades to (EUR)"]
    assert [row[1] for row in rows[1:]] == ["2998.00", "2999.00", "3000.00"]
    assert rows[1][0].endswith("Z")
    for key in ("depth", "volume", "release"):
        assert visit().get(f"/stats/eth/eur/{key}.csv").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/stats/eth/eur?range=9y",
        "/stats/eth/zzz",
        "/stats/nothing/eur",
        "/stats/eth/eur/secrets.csv",
        "/stats/eth/eur/price.csv?range=--",
        "/stats/find?asset=ETH&currency=",
    ],
)
def test_what_does_not_exist_is_not_found_and_says_what_does(path: str) -> None:
    assert visit().get(path).status_code == 404


def test_the_form_leads_to_the_page_of_its_pair() -> None:
    answer = visit().get("/stats/find?asset=DUSD&currency=USD&range=90d")
    assert (answer.status_code, answer["Location"]) == (302, "/stats/dusd/usd?range=90d")


def test_a_change_is_told_in_words() -> None:
    told = [change_words(Decimal(1000), Decimal(after)) for after in (1000, 1021, 979, 2000)]
    assert told == ["as much", "2.1% more", "2.1% less", "100.0% more"]


def drawn(kind: str, *values: str) -> list[tuple[str, str, bool]]:
    rows = tuple(
        Row(
            x=str(place),
            words="",
            plain="",
            cells=(Cell(value=value, words=value) if value else EMPTY,),
            end=str(place + 1),
        )
        for place, value in enumerate(values)
    )
    column = Column(key="a", name="A", unit="u", ink="main")
    chart = Chart(
        key="k",
        kind=kind,
        title="t",
        caption="c",
        head="h",
        columns=(column,),
        rows=rows,
        nothing="n",  # type: ignore[arg-type]
    )
    assert as_csv(chart).count("\r\n") == len(values) + 1
    return [(shape.path, shape.ink, shape.filled) for shape in sparkline(chart)]


def test_a_sparkline_stays_in_its_box_and_breaks_at_gaps() -> None:
    assert drawn("line", "1", "3", "", "2", "1") == [("M6 154L153 6M447 80L594 154", "main", False)]
    assert drawn("line", "5") == [(f"M{WIDTH // 2} {HEIGHT // 2}", "main", False)]
    assert drawn("line", "", "") == []
    assert drawn("steps", "0", "2") == [("M6 154H594V6", "main", False)]
    assert drawn("blocks", "1", "", "2") == [("M6 154V80H201V154ZM398 154V6H593V154Z", "main", True)]
