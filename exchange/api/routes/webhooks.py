"""Webhooks: making, changing and ending them, trying them out, and seeing what was sent."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from exchange.api import cursors, edits
from exchange.api.answers import NOTHING, Answer, accepted, created, page
from exchange.api.auth import signed_in
from exchange.api.calls import call
from exchange.api.render import webhooks as render
from exchange.api.schemas import webhooks as schemas
from exchange.api.schemas.fields import CodePath, Cursor, Limit
from exchange.core import clock
from exchange.core.errors import Conflict, Invalid, NotFound
from exchange.webhooks import actions, queries

router = Router()
SCOPE = "webhooks"
WebhookId = Annotated[int, Field(ge=1, le=2**62)]


@call(router, "GET", "/webhooks", gives=schemas.Webhooks, scope=SCOPE)
def list_webhooks(request: HttpRequest) -> dict[str, Any]:
    """Return one's webhooks, newest first, without their secrets."""
    return page([render.webhook(one) for one in queries.webhooks_of(signed_in(request))], None)


@call(router, "POST", "/webhooks", gives=schemas.NewWebhook, status=201, scope=SCOPE, refuses=[Conflict])
def add_webhook(request: HttpRequest, body: schemas.AddWebhook) -> Answer:
    """Have an address of yours called when something happens in your trades. Its secret is shown this once."""
    made, secret = actions.add(signed_in(request), url=body.url, events=body.events, now=clock.now())
    return created({**render.webhook(made), "secret": secret}, forget=("secret",))


@call(router, "GET", "/webhooks/{webhook_id}", gives=schemas.Webhook, scope=SCOPE, refuses=[NotFound])
def read_webhook(request: HttpRequest, webhook_id: WebhookId) -> dict[str, Any]:
    """Return one webhook."""
    return render.webhook(queries.webhook_for(webhook_id, account=signed_in(request)))


@call(router, "PATCH", "/webhooks/{webhook_id}", gives=schemas.Webhook, scope=SCOPE, refuses=[NotFound, Conflict])
def change_webhook(request: HttpRequest, webhook_id: WebhookId, body: schemas.ChangeWebhook) -> dict[str, Any]:
    """Change a webhook's address, events or state, from the version you looked at."""
    found = queries.webhook_for(webhook_id, account=signed_in(request))
    if body.url is None and body.events is None and body.state is None:
        raise Invalid(fields={"/state": "Say what to change: url, events or state."})
    version = edits.expected_version(request, body.version)
    return render.webhook(actions.change(found, version=version, url=body.url, events=body.events, state=body.state))


@call(router, "DELETE", "/webhooks/{webhook_id}", gives=None, status=204, scope=SCOPE, refuses=[NotFound])
def remove_webhook(request: HttpRequest, webhook_id: WebhookId) -> Answer:
    """Remove a webhook and everything that was to be sent to it."""
    actions.remove(queries.webhook_for(webhook_id, account=signed_in(request)))
    return NOTHING


@call(
    router,
    "POST",
    "/webhooks/{webhook_id}/secret",
    gives=schemas.NewWebhook,
    status=201,
    scope=SCOPE,
    refuses=[NotFound],
)
def change_webhook_secret(request: HttpRequest, webhook_id: WebhookId) -> Answer:
    """Make a new secret, shown this once. For a day messages carry the signatures of both."""
    found = queries.webhook_for(webhook_id, account=signed_in(request))
    made, secret = actions.change_secret(found, now=clock.now())
    return created({**render.webhook(made), "secret": secret}, forget=("secret",))


@call(
    router,
    "POST",
    "/webhooks/{webhook_id}/test",
    gives=schemas.Delivery,
    status=202,
    scope=SCOPE,
    refuses=[NotFound, Conflict],
)
def test_webhook(request: HttpRequest, webhook_id: WebhookId) -> Answer:
    """Send a `webhook.test` message now; the list of deliveries tells how it went."""
    found = queries.webhook_for(webhook_id, account=signed_in(request))
    return accepted(render.delivery(actions.send_test(found, now=clock.now())))


@call(router, "GET", "/webhooks/{webhook_id}/deliveries", gives=schemas.Deliveries, scope=SCOPE, refuses=[NotFound])
def list_deliveries(
    request: HttpRequest, webhook_id: WebhookId, limit: Limit = 50, cursor: Cursor | None = None
) -> dict[str, Any]:
    """Return what was sent to a webhook, newest first, and how it went. Kept for thirty days."""
    found = queries.webhook_for(webhook_id, account=signed_in(request))
    filters = {"webhook": found.pk}
    before = cursors.read(cursor, of="deliveries", filters=filters)
    rows = queries.deliveries_of(found, before=before, limit=limit + 1)
    following = cursors.write(rows[limit - 1].pk, of="deliveries", filters=filters) if len(rows) > limit else None
    return page([render.delivery(one) for one in rows[:limit]], following)


@call(
    router,
    "POST",
    "/webhooks/{webhook_id}/deliveries/{delivery_id}/replay",
    gives=schemas.Delivery,
    status=202,
    scope=SCOPE,
    refuses=[NotFound, Conflict],
)
def replay_delivery(request: HttpRequest, webhook_id: WebhookId, delivery_id: CodePath) -> Answer:
    """Send the same body again, as a message of its own."""
    found = queries.webhook_for(webhook_id, account=signed_in(request))
    return accepted(render.delivery(actions.replay(queries.delivery_for(delivery_id, endpoint=found), now=clock.now())))
