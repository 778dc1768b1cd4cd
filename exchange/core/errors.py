"""One tree of refusals: a stable code, words for the user, an HTTP status. The faces only translate.

Every message says what happened and what to do next. `fields` maps a field's JSON pointer (`/min_fiat`) to its own
sentence. `extra` carries facts for programs, such as the old and the new price.
"""

from collections.abc import Mapping
from typing import Any


class DomainError(Exception):
    """Something the product refuses to do; never a fault of the machine."""

    code = "refused"
    status = 400
    message = "This cannot be done."

    def __init__(
        self,
        message: str | None = None,
        *,
        code: str | None = None,
        fields: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self.message = message or type(self).message
        self.code = code or type(self).code
        self.fields = dict(fields or {})
        self.extra = dict(extra or {})
        super().__init__(self.message)


class Invalid(DomainError):
    """The request is well formed but says something impossible; `fields` names each part."""

    code = "invalid"
    status = 422
    message = "Some of what was sent cannot be used. Correct the named fields and send it again."


class NotSignedIn(DomainError):
    """No valid session or token."""

    code = "not_signed_in"
    status = 401
    message = "Sign in with your wallet to go on."


class Forbidden(DomainError):
    """Signed in, but this act is not allowed to this account or token."""

    code = "forbidden"
    status = 403
    message = "Your account or token may not do this."


class NotFound(DomainError):
    """There is no such thing, or it is not yours: the two are never told apart."""

    code = "not_found"
    status = 404
    message = "There is no such thing here, or it is not yours."


class Conflict(DomainError):
    """The world moved since the caller last looked."""

    code = "conflict"
    status = 409
    message = "This has changed in the meantime. Load it again and decide anew; nothing was done."


class TooMany(DomainError):
    """A limit was reached; `extra["retry_after"]` tells the seconds to wait."""

    code = "too_many_requests"
    status = 429
    message = "Too many requests. Wait a moment and try again; nothing was done."


class Unavailable(DomainError):
    """A part we need cannot be reached just now."""

    code = "unavailable"
    status = 503
    message = "A part of this service cannot be reached just now. Nothing was changed; try again in a moment."
