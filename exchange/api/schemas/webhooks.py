"""Bodies of webhooks and of what was sent to them."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from exchange.api.schemas.fields import Body, Moment, Shown, Version
from exchange.webhooks.events import EVENTS, Event

Url = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Events = Annotated[list[Event], Field(min_length=1, max_length=len(EVENTS))]


class AddWebhook(Body):
    """`POST /webhooks`: an https address of yours, and what it should hear."""

    url: Url
    events: Events


class ChangeWebhook(Body):
    """`PATCH /webhooks/{id}`: what is left out stays. `active` switches a disabled one on again."""

    url: Url | None = None
    events: Events | None = None
    state: Literal["active", "paused"] | None = None
    version: Version | None = None


class Webhook(Shown):
    """A webhook, without its secret. `failing_since` is null while all is well; `reason` says why it is disabled."""

    id: int
    url: str
    events: list[str]
    state: Literal["active", "paused", "disabled"]
    reason: str
    version: int
    created_at: Moment
    failing_since: Moment | None
    last_success_at: Moment | None


class NewWebhook(Webhook):
    """A webhook with its secret (`whsec_…`), shown this once; null when an idempotent call is repeated."""

    secret: str | None


class Webhooks(Shown):
    """All webhooks of the account."""

    items: list[Webhook]
    next: None


class Delivery(Shown):
    """One message: exactly what was signed and sent, and how its last attempt ended.

    `status` is null when nobody answered; `next_attempt_at` is null once it is over.
    """

    id: str
    event: str
    state: Literal["due", "delivered", "failed"]
    body: str
    attempts: int
    created_at: Moment
    last_attempt_at: Moment | None
    next_attempt_at: Moment | None
    status: int | None
    error: str
    answer: str


class Deliveries(Shown):
    """What was sent to one webhook, newest first."""

    items: list[Delivery]
    next: str | None
