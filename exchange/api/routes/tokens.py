"""API tokens: listing, making and ending them."""

from datetime import timedelta
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from exchange.accounts import actions, queries
from exchange.api.answers import NOTHING, Answer, created, page
from exchange.api.auth import require_sign_in, signed_in
from exchange.api.calls import call
from exchange.api.render import accounts as render
from exchange.api.schemas import accounts as schemas
from exchange.core import clock
from exchange.core.errors import NotFound

router = Router()
TokenId = Annotated[int, Field(ge=1, le=2**62)]


@call(router, "GET", "/tokens", gives=schemas.Tokens)
def list_tokens(request: HttpRequest) -> dict[str, Any]:
    """Return one's tokens that are not revoked, newest first, without their secrets."""
    require_sign_in(request)
    return page([render.token(one) for one in queries.tokens_of(signed_in(request))], None)


@call(router, "POST", "/tokens", gives=schemas.NewToken, status=201)
def make_token(request: HttpRequest, body: schemas.MakeToken) -> Answer:
    """Make a token; its secret is shown this once."""
    require_sign_in(request)
    made, secret = actions.issue_token(
        signed_in(request),
        name=body.name,
        scopes=body.scopes,
        lifetime=timedelta(seconds=body.lifetime),
        now=clock.now(),
        networks=body.networks,
    )
    return created({**render.token(made), "token": secret}, forget=("token",))


@call(router, "DELETE", "/tokens/{token_id}", gives=None, status=204, refuses=[NotFound])
def revoke_token(request: HttpRequest, token_id: TokenId) -> Answer:
    """Revoke a token; calls and sockets that use it end at once."""
    require_sign_in(request)
    actions.revoke_token(signed_in(request), token_id=token_id, now=clock.now())
    return NOTHING
