"""The trade room without a socket: keys, ciphertext, read marks and the sealed payment details."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from exchange.api import throttle
from exchange.api.answers import page
from exchange.api.auth import signed_in
from exchange.api.calls import call
from exchange.api.render import chat as render
from exchange.api.schemas import chat as schemas
from exchange.api.schemas.fields import CodePath, Limit
from exchange.chat import actions, calls, queries
from exchange.core import clock
from exchange.core.errors import Conflict, NotFound

router = Router()
CHAT = "chat"
After = Annotated[int, Field(ge=0, le=2**31 - 1)]


@call(router, "GET", "/chat/identity", gives=schemas.Identity, scope=CHAT, refuses=[NotFound])
def read_chat_identity(request: HttpRequest) -> dict[str, Any]:
    """Return one's own chat identity, with the backup of its seed if there is one."""
    return render.identity(queries.identity_of(signed_in(request)))


@call(router, "PUT", "/chat/identity", gives=schemas.Identity, scope=CHAT)
def enrol_chat_identity(request: HttpRequest, body: schemas.Enrol) -> dict[str, Any]:
    """Set one's chat identity: an Ed25519 key for which the wallet vouches."""
    made = actions.enrol(
        by=signed_in(request),
        public_key=body.public_key,
        wallet_signature=body.wallet_signature,
        backup=body.backup,
        now=clock.now(),
    )
    return render.identity(made)


@call(router, "GET", "/chat/settings", gives=schemas.Settings, scope=CHAT)
def read_chat_settings(request: HttpRequest) -> dict[str, Any]:
    """Return what one lets the other side of one's trades see."""
    return render.settings(queries.settings_of(signed_in(request)))


@call(router, "PUT", "/chat/settings", gives=schemas.Settings, scope=CHAT)
def change_chat_settings(request: HttpRequest, body: schemas.ChangeSettings) -> dict[str, Any]:
    """Set what one lets the other side see: presence, typing, read marks."""
    return render.settings(actions.change_settings(by=signed_in(request), **body.model_dump()))


@call(router, "GET", "/trades/{code}/chat-keys", gives=schemas.Keys, scope=CHAT, refuses=[NotFound])
def list_chat_keys(request: HttpRequest, code: CodePath) -> dict[str, Any]:
    """Return the keys both parties have published for this trade."""
    return page([render.key(one) for one in queries.keys(code, account=signed_in(request))], None)


@call(router, "PUT", "/trades/{code}/chat-key", gives=schemas.Keys, scope=CHAT, refuses=[NotFound, Conflict])
def publish_chat_key(request: HttpRequest, code: CodePath, body: schemas.PublishKey) -> dict[str, Any]:
    """Publish one's key for this trade, once."""
    account = signed_in(request)
    actions.publish_trade_key(code, by=account, public_key=body.public_key, signature=body.signature, now=clock.now())
    return page([render.key(one) for one in queries.keys(code, account=account)], None)


@call(router, "GET", "/trades/{code}/messages", gives=schemas.Messages, scope=CHAT, refuses=[NotFound])
def list_messages(request: HttpRequest, code: CodePath, after: After = 0, limit: Limit = 100) -> dict[str, Any]:
    """Return the ciphertext log after `after`, in order and without gaps, and its head."""
    account = signed_in(request)
    head = queries.head(code, account=account)
    return render.messages(queries.messages(code, account=account, after=after, limit=limit), head=head)


@call(
    router,
    "POST",
    "/trades/{code}/messages",
    gives=schemas.Sent,
    status=201,
    scope=CHAT,
    refuses=[NotFound, Conflict],
    limit=throttle.MESSAGES,
)
def send_message(request: HttpRequest, code: CodePath, body: schemas.SendMessage) -> dict[str, Any]:
    """Append a signed message; the same one again gets the same `seq`."""
    seq, _ = actions.append_message(code, by=signed_in(request), msg=body.msg, now=clock.now())
    return {"seq": seq, "n": body.msg["n"]}


@call(router, "GET", "/trades/{code}/payment-details", gives=schemas.PaymentDetails, scope=CHAT, refuses=[404, 409])
def read_payment_details(request: HttpRequest, code: CodePath) -> dict[str, Any]:
    """Return the sealed payment details: to the seller always; to the buyer while the coins are locked.

    By methods whose payments carry a name the buyer first says whose account pays (`PUT /trades/{code}/payer-name`).
    """
    return {"envelope": queries.payment_details(code, account=signed_in(request))}


@call(router, "PUT", "/trades/{code}/payment-details", gives=schemas.PaymentDetails, scope=CHAT, refuses=[404, 409])
def hand_over_payment_details(request: HttpRequest, code: CodePath, body: schemas.HandOver) -> dict[str, Any]:
    """Store the seller's sealed account details."""
    stored = actions.hand_over_details(code, by=signed_in(request), envelope=body.envelope, now=clock.now())
    return {"envelope": stored.envelope}


@call(router, "POST", "/trades/{code}/read", gives=schemas.Marks, scope=CHAT, refuses=[NotFound])
def mark_read(request: HttpRequest, code: CodePath, body: schemas.Read) -> dict[str, Any]:
    """Say how far one has read the log (`delivered`: only received it) and return both parties' marks."""
    account = signed_in(request)
    actions.mark_read(code, by=account, seq=body.seq, delivered=body.delivered)
    return page([render.mark(one) for one in queries.marks(code, account=account)], None)


@call(router, "GET", "/trades/{code}/call-relay", gives=schemas.Relay, scope=CHAT, refuses=[NotFound, Conflict])
def read_call_relay(request: HttpRequest, code: CodePath) -> dict[str, Any]:
    """Return a pass to the TURN relay for a call with the other party, fresh each time and valid for ten minutes."""
    return render.relay(calls.relay_pass(code, by=signed_in(request), now=clock.now()))
