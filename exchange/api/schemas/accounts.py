"""Bodies of signing in, tokens and accounts."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from exchange.api.schemas.fields import Body, Moment, Peer, Person, Shown, Signature

Scope = Literal["offers:read", "offers:write", "trades:read", "trades:write", "chat", "webhooks", "arbiter"]


class AskNonce(Body):
    """`POST /auth/nonce`: without an address only the nonce comes back."""

    address: Annotated[str, StringConstraints(max_length=64)] | None = None


class Nonce(Shown):
    """A single-use nonce and a complete EIP-4361 text to sign (empty when no address was given)."""

    nonce: str
    message: str


class SignIn(Body):
    """`POST /auth/siwe`."""

    message: Annotated[str, StringConstraints(min_length=1, max_length=4000)]
    signature: Signature


class SignedIn(Shown):
    """A bearer token with all scopes of this account, and whom it speaks for."""

    token: str
    expires_at: Moment
    account: Person


class MakeToken(Body):
    """`POST /tokens`. `lifetime` is in seconds."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=7)]
    lifetime: Annotated[int, Field(ge=60, le=366 * 24 * 3600)] = 90 * 24 * 3600
    networks: Annotated[list[Annotated[str, StringConstraints(max_length=64)]], Field(max_length=20)] = []


class Token(Shown):
    """A token, without its secret. `networks` are those it may be used from; none means anywhere."""

    id: int
    name: str
    scopes: list[Scope]
    networks: list[str]
    created_at: Moment
    expires_at: Moment
    last_used_at: Moment | None


class NewToken(Token):
    """A token with its secret, shown this once; null when an idempotent call is repeated."""

    token: str | None


class Tokens(Shown):
    """All live tokens of the account."""

    items: list[Token]
    next: str | None


class Rename(Body):
    """`PATCH /me`; an empty name takes the name away."""

    name: Annotated[str, StringConstraints(max_length=64)]


class Restriction(Shown):
    """What staff have decided: `account` (no new offers and trades), or one `offer` (hidden); `until` null: no end."""

    kind: Literal["account", "offer"]
    subject: str
    reason: str
    since: Moment
    until: Moment | None


class Me(Person):
    """The calling account, and what staff have decided about it and its offers."""

    is_arbiter: bool
    joined_at: Moment
    unread: int
    restrictions: list[Restriction]


class SetRegard(Body):
    """`PUT /me/people/{address}`: `note` is for your own memory."""

    kind: Literal["block", "trust"]
    note: Annotated[str, StringConstraints(max_length=500)] = ""


class Regard(Person):
    """What you think of a trader; nobody else sees it."""

    kind: Literal["block", "trust"]
    note: str
    at: Moment


class Regards(Shown):
    """A page of your lists, newest first."""

    items: list[Regard]
    next: str | None


class Profile(Peer):
    """What anyone may know of an account. Medians are seconds; `completion` is over `sample` trades."""

    joined_at: Moment
    sample: int
    partners: int
    disputes: int
    disputes_lost: int
    median_release: int | None
    median_payment: int | None


class Notification(Shown):
    """One line that says what to do and where."""

    id: int
    kind: str
    text: str
    path: str
    trade: str | None
    at: Moment
    read_at: Moment | None


class Notifications(Shown):
    """A page of notifications, newest first, and how many are unread."""

    items: list[Notification]
    next: str | None
    unread: int


NotificationKind = Literal["your-turn", "trade", "dispute", "offer", "message", "reminder", "security"]
Kinds = Annotated[list[NotificationKind], Field(max_length=7)]
MinuteOfDay = Annotated[int, Field(ge=0, lt=1440)]


class AddBrowser(Body):
    """`POST /notifications/browsers`: the `endpoint` of a `PushSubscription`; its keys are not needed."""

    endpoint: Annotated[str, StringConstraints(max_length=1024)]
    label: Annotated[str, StringConstraints(max_length=64)] = ""


class Browser(Shown):
    """A browser that may be woken."""

    id: int
    label: str


class SaveWishes(Body):
    """`PUT /notifications/preferences`: the kinds told on each channel, and quiet hours in minutes after midnight."""

    site: Kinds
    email: Kinds
    push: Kinds
    with_details: bool = False
    quiet_from: MinuteOfDay = 0
    quiet_to: MinuteOfDay = 0
    time_zone: Annotated[str, StringConstraints(max_length=64)] = "UTC"


class Wishes(Shown):
    """What one is told, where and when."""

    site: list[str]
    email: list[str]
    push: list[str]
    email_confirmed: bool
    with_details: bool
    quiet_from: int
    quiet_to: int
    time_zone: str


class MarkRead(Body):
    """`POST /notifications/read`: the ones named, those of one trade, or all if nothing is named."""

    ids: Annotated[list[Annotated[int, Field(ge=1, le=2**62)]], Field(max_length=200)] | None = None
    trade: Annotated[str, StringConstraints(max_length=8)] | None = None


class Unread(Shown):
    """How many notifications are unread."""

    unread: int


class MakeReport(Body):
    """`POST /accounts/{address}/reports`: what is wrong, and what happened."""

    reason: Literal["off-site", "third-party", "impersonation", "abuse", "other"]
    text: Annotated[str, StringConstraints(max_length=2000)]


class Report(Person):
    """What you told staff about a trader."""

    reason: str
    text: str
    at: Moment
