"""Who may call what, with the exact answer: every route of the API stands here, or the test fails.

The world behind it is a disputed trade between Ben (buyer) and Sara (seller, maker of the offer) whose case Carol has
claimed. Mallory is a stranger; Dave is an arbiter of other cases. `{trade}`, `{offer}`, `{address}` and `{token}` are
filled in; a body is well formed, so that the answer tells who may, not what was mistyped.
"""

from dataclasses import dataclass, field
from typing import Any

ROLES = ("stranger", "mallory", "ben", "sara", "carol", "dave")
SIGNATURE = "0x" + "11" * 65
KEY, ED_SIGNATURE = "22" * 32, "33" * 64
LATER = 4_000_000_000
BOX, BOX_OWNER = "A" * 106 + "A=", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
FILE = {"note": "My bank's statement", "manifest": "AAAA", "size": 5, "digest": KEY, "sealed": {KEY: BOX}}
STATEMENT = "I sent 250.00 EUR by SEPA Instant at 14:10 and have the receipt of my bank with name and time on it. " * 2
FINDINGS = "The bank's receipt shows that the buyer sent a part of the amount in time, from his own account. " * 3
OFFER = {
    "side": "sell",
    "asset": "ETH",
    "currency": "EUR",
    "price": {"type": "fixed", "value": "3000.00"},
    "min_fiat": "50",
    "max_fiat": "500",
    "total_asset": "1",
    "methods": ["sepa-instant"],
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """The answers to each of `ROLES`, in that order."""

    answers: tuple[int, ...]
    # What Ben gets while he is suspended, where that differs from what he gets otherwise.
    suspended: int | None = None
    path: str | None = None
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def public(answer: int = 200, *, path: str | None = None, body: Any = None) -> Row:
    """A call that anyone may make."""
    return Row(answers=(answer,) * len(ROLES), path=path, body=body)


def own(answer: int = 200, *, body: Any = None, path: str | None = None, suspended: int | None = None) -> Row:
    """A call about oneself: everyone who is signed in."""
    return Row(answers=(401, *(answer,) * (len(ROLES) - 1)), body=body, path=path, suspended=suspended)


def saras(answer: int, *, path: str, body: Any = None) -> Row:
    """A call about a thing of Sara's alone: nobody else learns that it exists."""
    return Row(answers=(401, 404, 404, answer, 404, 404), path=path, body=body)


def parties(
    buyer: int, seller: int | None = None, *, arbiter: int = 404, body: Any = None, path: str | None = None
) -> Row:
    """A call about a trade: its buyer, its seller, the arbiter of its case; a stranger learns nothing."""
    return Row(answers=(401, 404, buyer, buyer if seller is None else seller, arbiter, 404), body=body, path=path)


MATRIX: dict[str, Row] = {
    "GET /info": public(),
    "GET /assets": public(),
    "GET /currencies": public(),
    "GET /payment-methods": public(),
    "GET /payment-methods/{slug}": public(path="/payment-methods/sepa-instant"),
    "GET /prices/{asset}/{currency}": public(path="/prices/ETH/EUR"),
    "GET /prices/{asset}/{currency}/history": public(path="/prices/ETH/EUR/history?range=7d"),
    "GET /stats": public(),
    "GET /accounts/{address}": public(path="/accounts/{address}"),
    "POST /auth/nonce": public(body={}),
    "POST /auth/siwe": public(422, body={"message": "not EIP-4361", "signature": SIGNATURE}),
    "POST /auth/logout": own(204),
    "GET /me": own(),
    "PATCH /me": own(422, body={"name": "x"}),
    "GET /tokens": own(),
    "POST /tokens": own(201, body={"name": "bot", "scopes": ["offers:read"]}),
    # Sara's token: nobody else learns that it exists.
    "DELETE /tokens/{token_id}": Row(answers=(401, 404, 404, 204, 404, 404), path="/tokens/{token}"),
    "GET /webhooks": own(),
    "POST /webhooks": own(201, body={"url": "https://bot.example/parley", "events": ["trade.funded"]}),
    "GET /webhooks/{webhook_id}": saras(200, path="/webhooks/{webhook}"),
    "PATCH /webhooks/{webhook_id}": saras(200, path="/webhooks/{webhook}", body={"state": "paused", "version": 1}),
    "DELETE /webhooks/{webhook_id}": saras(204, path="/webhooks/{webhook}"),
    "POST /webhooks/{webhook_id}/secret": saras(201, path="/webhooks/{webhook}/secret"),
    "POST /webhooks/{webhook_id}/test": saras(202, path="/webhooks/{webhook}/test"),
    "GET /webhooks/{webhook_id}/deliveries": saras(200, path="/webhooks/{webhook}/deliveries"),
    "POST /webhooks/{webhook_id}/deliveries/{delivery_id}/replay": saras(
        202, path="/webhooks/{webhook}/deliveries/{delivery}/replay"
    ),
    "GET /me/people": own(),
    "POST /accounts/{address}/reports": Row(
        answers=(401, 201, 201, 422, 201, 201),
        path="/accounts/{address}/reports",
        body={"reason": "abuse", "text": "Threatened me in the chat of our trade."},
    ),
    "PUT /me/people/{address}": Row(
        answers=(401, 200, 200, 422, 200, 200), path="/me/people/{address}", body={"kind": "trust"}
    ),
    "DELETE /me/people/{address}": own(404, path="/me/people/{address}"),
    "GET /exports/trades": own(),
    "GET /notifications": own(),
    "POST /notifications/read": own(body={}),
    "POST /notifications/browsers": own(422, body={"endpoint": "https://example.org/wake"}),
    "GET /notifications/preferences": own(),
    "PUT /notifications/preferences": own(
        body={"site": ["your-turn", "dispute", "security"], "email": [], "push": [], "time_zone": "Europe/Berlin"}
    ),
    "GET /chat/identity": own(404),
    "PUT /chat/identity": own(422, body={"public_key": KEY, "wallet_signature": SIGNATURE}),
    # Sara's offer: published offers are public, so a stranger's edit is forbidden rather than not found.
    "GET /offers": public(path="/offers?side=buy"),
    "POST /offers": own(201, body=OFFER, suspended=403),
    "GET /me/offers": own(),
    # Somebody else's offer is refused within the answer.
    "POST /me/break": own(body={"seconds": 3600}),
    "DELETE /me/break": own(),
    # Whose offer it is is answered for each item.
    "PATCH /me/offers/bulk": own(body={"items": [{"id": "{offer}", "version": 1, "state": "paused"}]}),
    "GET /offers/{code}": public(path="/offers/{offer}"),
    "PATCH /offers/{code}": Row(
        answers=(401, 403, 403, 200, 403, 403), path="/offers/{offer}", body={"state": "paused", "version": 1}
    ),
    "DELETE /offers/{code}": Row(answers=(401, 403, 403, 204, 403, 403), path="/offers/{offer}"),
    "POST /offers/{code}/signature": Row(
        answers=(401, 403, 403, 422, 403, 403), path="/offers/{offer}/signature", body={"signature": SIGNATURE}
    ),
    "GET /offers/{code}/quote": public(path="/offers/{offer}/quote?amount_fiat=250"),
    "POST /offers/{code}/take": Row(
        # Not one's own, and not the arbiter whom the Terms would name.
        answers=(401, 201, 201, 403, 403, 201),
        suspended=403,
        path="/offers/{offer}/take",
        body={"amount_fiat": "250.00", "method": "sepa-instant"},
    ),
    "GET /trades": own(),
    # The kit is for the two whose coins it is; the arbiter has no use for it.
    "GET /trades/{code}/exit-kit": parties(200),
    "GET /trades/{code}": parties(200, arbiter=200),
    "POST /trades/{code}/terms-signature": parties(422, body={"signature": SIGNATURE}),
    "POST /trades/{code}/decline": parties(409),
    "GET /trades/{code}/actions/{action}": parties(403, 200, path="/trades/{trade}/actions/release"),
    "POST /trades/{code}/actions/{action}": parties(
        403,
        422,
        path="/trades/{trade}/actions/release",
        body={"signature": SIGNATURE, "valid_until": LATER},
    ),
    "POST /trades/{code}/transactions": parties(202, body={"hash": "0x" + "44" * 32}),
    "GET /trades/{code}/chat-keys": parties(200, arbiter=200),
    "PUT /trades/{code}/chat-key": parties(409, body={"public_key": KEY, "signature": ED_SIGNATURE}),
    "GET /trades/{code}/messages": parties(200, arbiter=200),
    "POST /trades/{code}/messages": parties(409, body={"msg": {"n": 1}}),
    "GET /trades/{code}/payment-details": parties(409),
    "GET /trades/{code}/call-relay": parties(409),
    "PUT /trades/{code}/payment-details": parties(403, 409, body={"envelope": {}}),
    "POST /trades/{code}/read": parties(200, body={"seq": 0}),
    "POST /trades/{code}/attachments": parties(201, body={"size": 273, "hashes": [KEY]}),
    "GET /trades/{code}/attachments/{name}": parties(404, path="/trades/{trade}/attachments/none"),
    "PUT /trades/{code}/attachments/{name}/chunks/{index}": parties(
        404, path="/trades/{trade}/attachments/none/chunks/0", body={"data": "AAAA"}
    ),
    "GET /trades/{code}/attachments/{name}/chunks/{index}": parties(
        404, path="/trades/{trade}/attachments/none/chunks/0"
    ),
    "GET /chat/settings": own(),
    "PUT /chat/settings": own(
        body={"shows_presence": True, "shows_typing": False, "shows_read": True, "enter_sends": True}
    ),
    "GET /trades/{code}/dispute": parties(200),
    "POST /trades/{code}/dispute": parties(
        201, body={"reason": "not-released", "wish_bps": 10_000, "statement": STATEMENT}
    ),
    "GET /arbiter/cases": Row(answers=(401, 403, 403, 403, 200, 200)),
    "GET /arbiter/cases/{code}": Row(answers=(401, 403, 403, 403, 200, 404), path="/arbiter/cases/{trade}"),
    "POST /arbiter/cases/{code}/claim": Row(
        answers=(401, 403, 403, 403, 200, 403), path="/arbiter/cases/{trade}/claim"
    ),
    "GET /arbiter/cases/{code}/ruling": Row(
        answers=(401, 403, 403, 403, 200, 404), path="/arbiter/cases/{trade}/ruling?buyer_bps=6000"
    ),
    "POST /arbiter/cases/{code}/ruling": Row(
        answers=(401, 403, 403, 403, 202, 404),
        path="/arbiter/cases/{trade}/ruling",
        body={"buyer_bps": 6000, "reason_code": 3, "findings": FINDINGS},
    ),
    "GET /trades/{code}/payer-name": parties(404, arbiter=404),
    "PUT /trades/{code}/payer-name": parties(409, 403, body={"commitment": KEY, "sealed": {KEY: BOX}}),
    "POST /trades/{code}/more-time": parties(403, 409),
    "GET /trades/{code}/disclosures": parties(200),
    "POST /trades/{code}/disclosures": parties(409, body={"items": [{"sender": BOX_OWNER, "n": 1, "sealed": BOX}]}),
    "GET /trades/{code}/evidence": parties(200, arbiter=200),
    "POST /trades/{code}/evidence": parties(201, body=FILE),
    "PUT /trades/{code}/evidence/{number}/readers": parties(
        404, path="/trades/{trade}/evidence/1/readers", body={"sealed": {KEY: BOX}}
    ),
    "PUT /trades/{code}/evidence/{number}/chunks/{n}": parties(
        404, path="/trades/{trade}/evidence/1/chunks/0", body={"data": "AAAA"}
    ),
    "GET /trades/{code}/evidence/{number}/chunks/{n}": parties(404, path="/trades/{trade}/evidence/1/chunks/0"),
    "GET /arbiter/cases/{code}/signature": Row(
        answers=(401, 403, 403, 403, 404, 404), path="/arbiter/cases/{trade}/signature"
    ),
    "POST /arbiter/cases/{code}/signature": Row(
        answers=(401, 403, 403, 403, 404, 404),
        path="/arbiter/cases/{trade}/signature",
        body={"signature": SIGNATURE},
    ),
    "POST /arbiter/cases/{code}/recusal": Row(
        answers=(401, 403, 403, 403, 200, 404),
        path="/arbiter/cases/{trade}/recusal",
        body={"reason": "I know one of the two."},
    ),
    "POST /arbiter/cases/{code}/requests": Row(
        # The time named is after the time to rule is over.
        answers=(401, 403, 403, 403, 422, 404),
        path="/arbiter/cases/{trade}/requests",
        body={"side": "both", "text": "Your bank's statement, please.", "due_at": "2100-01-01T00:00:00Z"},
    ),
    "PUT /arbiter/cases/{code}/key": Row(
        answers=(401, 403, 403, 403, 422, 404),
        path="/arbiter/cases/{trade}/key",
        body={
            "identity_key": KEY,
            "wallet_signature": SIGNATURE,
            "public_key": KEY,
            "signature": ED_SIGNATURE,
        },
    ),
    "GET /arbiter/cases/{code}/key": Row(answers=(401, 403, 403, 403, 200, 404), path="/arbiter/cases/{trade}/key"),
    "GET /arbiter/cases/{code}/colleagues": Row(
        answers=(401, 403, 403, 403, 200, 404), path="/arbiter/cases/{trade}/colleagues"
    ),
    "PUT /arbiter/cases/{code}/colleagues/{address}": Row(
        # Carol's own key is not published in this world.
        answers=(401, 403, 403, 403, 409, 404),
        path=f"/arbiter/cases/{{trade}}/colleagues/{BOX_OWNER}",
        body={"identity_key": KEY, "sealed": BOX},
    ),
    "GET /arbiter/cases/{code}/transcript": Row(
        answers=(401, 403, 403, 403, 200, 404), path="/arbiter/cases/{trade}/transcript"
    ),
    "GET /arbiter/cases/{code}/export": Row(
        answers=(401, 403, 403, 403, 200, 404), path="/arbiter/cases/{trade}/export"
    ),
}
