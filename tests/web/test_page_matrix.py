"""Every page and every form for everybody who may come: nobody, Mallory, a party, the arbiter of the case, another one.

The case is a trade of Sara and Ben, in dispute, claimed by Carol; the offer is Sara's. An address that is not in the
table fails, and so does one that shows a stranger something, obeys a stranger, or breaks.
"""

import pytest
from django.urls import URLPattern, reverse

from exchange.web import urls
from tests import trade_builders as make
from tests.builders import actor, carol, mallory, sara
from tests.web.visiting import visit

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

Answers = tuple[int, int, int, int, int]
SARA = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
WHO = ("nobody", "Mallory", "Sara", "Carol", "Dana")
OPEN: Answers = (200, 200, 200, 200, 200)
GONE: Answers = (404, 404, 404, 404, 404)
SIGNED_IN: Answers = (302, 200, 200, 200, 200)
NOT_THERE: Answers = (302, 404, 404, 404, 404)
SEES_TRADE: Answers = (302, 404, 200, 200, 404)
PARTY: Answers = (302, 404, 200, 404, 404)
DESK: Answers = (302, 403, 403, 200, 404)
INCOMPLETE: Answers = (302, 422, 422, 422, 422)
DONE: Answers = (302, 302, 302, 302, 302)
REFUSED: Answers = (405, 405, 405, 405, 405)
# What GET answers; everything else is a form and answers 405.
PAGES: dict[str, Answers] = {
    **dict.fromkeys(
        ("home", "market", "market-price", "market-news", "offer", "offer-quote", "exit", "exit-page"), OPEN
    ),
    **dict.fromkeys(("profile", "push-worker", "push-line", "signin", "stats", "stats-pair", "stats-csv"), OPEN),
    **dict.fromkeys(("docs", "guide", "how", "avatar", "favicon", "components"), OPEN),
    **dict.fromkeys(("notifications-confirm", "notifications-stop"), OPEN),
    **dict.fromkeys(
        ("offer-new", "my-offers", "trades", "report", "notifications", "notification-settings"), SIGNED_IN
    ),
    **dict.fromkeys(("settings", "settings-tokens", "settings-webhooks", "settings-people"), SIGNED_IN),
    **dict.fromkeys(("trade", "trade-head", "trade-card", "trade-proof", "trade-details"), SEES_TRADE),
    **dict.fromkeys(("trade-doors", "trade-after"), SEES_TRADE),
    **dict.fromkeys(("dispute", "dispute-case", "trade-exit", "trade-exit-page", "trade-exit-kit"), PARTY),
    # The trade has not ended, and the others are somebody else's or nobody's.
    **dict.fromkeys(("receipt", "receipt-pdf", "badge", "settings-webhook"), NOT_THERE),
    **dict.fromkeys(("receipt-check", "stats-find"), GONE),
    **dict.fromkeys(("arbiter-case", "arbiter-material"), DESK),
    "arbiter": (302, 403, 403, 200, 200),
    "market-find": DONE,
    "offer-take": (422, 422, 422, 422, 422),
    "offer-edit": (302, 403, 200, 403, 403),
}
# What an empty form answers; everything else is a page and answers 405.
FORMS: dict[str, Answers] = {
    **dict.fromkeys(("offer-new", "notification-settings-save", "settings-tokens", "settings-webhooks"), INCOMPLETE),
    "feedback-reply": INCOMPLETE,
    **dict.fromkeys(("search-save", "search-delete", "draft-delete", "my-offers-switch", "my-break"), NOT_THERE),
    **dict.fromkeys(("settings-token-revoke", "settings-webhook-act", "settings-webhook-again"), NOT_THERE),
    **dict.fromkeys(("notifications-confirm", "notifications-stop"), GONE),
    **dict.fromkeys(("notifications-read", "notification-settings-email", "notification-settings-test"), DONE),
    **dict.fromkeys(
        ("notification-settings-forget", "signout", "theme", "settings-name", "settings-end-sessions"), DONE
    ),
    **dict.fromkeys(("offer-preview", "report"), SIGNED_IN),
    "dispute": PARTY,
    "offer-take": (422, 422, 422, 422, 422),
    "offer-edit": (302, 403, 422, 403, 403),
    "offer-switch": (302, 403, 409, 403, 403),
    **dict.fromkeys(("trade-decline", "trade-cancel", "trade-more-time"), (302, 404, 409, 404, 404)),
    "trade-feedback": (302, 404, 422, 422, 404),
    "arbiter-claim": (302, 403, 403, 302, 403),
    **dict.fromkeys(("arbiter-ask", "arbiter-recuse"), (302, 403, 403, 422, 404)),
    "regard": (302, 302, 422, 302, 302),
    "demo-wallet": (400, 400, 400, 400, 400),
}
NAMED: dict[str, str | int] = {
    "side": "buy",
    "asset": "eth",
    "currency": "eur",
    "slug": "first-buy",
    "key": "price",
    "what": "trades",
    "where": "nav",
    "channel": "email",
    "token": "forged",
    "message_id": "none",
    "who": SARA,
    "address": SARA,
    **dict.fromkeys(("search_id", "feedback_id", "number", "token_id", "webhook_id"), 999_999),
}


def test_everybody_gets_what_the_table_says_and_nothing_else() -> None:
    deal = make.claimed()
    people = [None, mallory(), sara(), carol(), actor(8, name="Dana", is_arbiter=True)]
    visitors = [visit(person) for person in people]
    wrong = []
    places = [place for place in urls.urlpatterns if isinstance(place, URLPattern)]
    for place in places:
        name = str(place.name)
        told = {word: NAMED[word] for word in place.pattern.converters if word in NAMED}
        if "code" in place.pattern.converters:
            told["code"] = deal.trade.offer.code if name.startswith("offer") else deal.code
        if "deed" in place.pattern.converters:
            told["deed"] = "block" if name == "regard" else "pause"
        address = reverse(name, kwargs=told)
        for method, table in (("get", PAGES), ("post", FORMS)):
            for number, (who, wanted) in enumerate(zip(WHO, table.get(name, REFUSED), strict=True)):
                answer = getattr(visitors[number], method)(address).status_code
                if answer != wanted:
                    wrong.append(f"{method} {name} {address} as {who}: {answer}, not {wanted}")
                if method == "post" and answer != REFUSED[0]:  # it may have signed its reader out, or told them things
                    visitors[number] = visit(people[number])
    assert wrong == []
    assert set(PAGES) | set(FORMS) == {str(place.name) for place in places}, "the table names what is gone"
