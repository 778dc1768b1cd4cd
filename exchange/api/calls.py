"""How a call is declared: one decorator says who may, how often, what comes back and which refusals to expect.

`call` wires a view into ninja; a view takes a request and parsed parameters and returns an `Answer` or a plain body.
"""

import functools
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Router
from ninja.params.models import ParamModel

from exchange.api import answers, idempotency, throttle
from exchange.api.answers import Answer
from exchange.api.auth import SAFE_METHODS, Anyone, BearerToken, BrowserSession, viewer
from exchange.api.examples import responses_of
from exchange.api.reading import read_body, unknown
from exchange.core.errors import DomainError, Invalid
from exchange.core.limits import Limit

View = TypeVar("View", bound=Callable[..., Any])
# What every call may answer, whatever it does: a token that is not valid is refused even where none is needed.
_ALWAYS = frozenset({400, 401, 403, 422, 429, 503})
_WITH_BODY = frozenset({413, 415})


def call(
    router: Router,
    method: str,
    path: str,
    *,
    gives: Any,
    status: int = 200,
    scope: str | None = None,
    public: bool = False,
    refuses: Iterable[int | type[DomainError]] = (),
    limit: Limit | None = None,
    media: str | None = None,
) -> Callable[[View], View]:
    """Declare `method path`. `scope` is what a token needs, `public` says that strangers are welcome.

    `gives` describes the answer of `status`, `refuses` names the problems this call may answer beside those of all.
    A safe call with `media` answers a file of that type, which its view returns as a whole or streamed response.
    """
    auth = [Anyone()] if public else [BearerToken(scope), BrowserSession(scope)]
    counted = limit or (throttle.READS if method in SAFE_METHODS else throttle.WRITES)
    statuses = {*_ALWAYS, *(() if method in SAFE_METHODS else _WITH_BODY), *map(_status, refuses)}

    def declare(view: View) -> View:
        @functools.wraps(view)
        def run(request: HttpRequest, **values: Any) -> HttpResponseBase:
            _refuse_unknown_names(request, models)
            if media is not None:
                file: HttpResponseBase = view(request, **values)
                return file
            account = viewer(request)
            if method in SAFE_METHODS or account is None or public:
                answer = _answer(view(request, **values), status)
            else:
                answer = idempotency.perform(request, account, lambda: _answer(view(request, **values), status))
            kind = answers.PROBLEM if answer.status >= 400 else answers.JSON
            response = answers.to_response(answer, content_type=kind)
            return answers.with_etag(request, response) if public and method == "GET" else response

        router.api_operation(
            [method],
            path,
            auth=auth,
            throttle=[throttle.PerCaller(counted)],
            response={status: gives},
            openapi_extra={
                "responses": responses_of(sorted(statuses)) | (_octets(media, status) if media else {}),
                "x-public": public,
                "x-scope": scope,
                "x-unsafe": method not in SAFE_METHODS,
            },
        )(run)
        models = router.path_operations[path].operations[-1].models
        return view

    return declare


def _octets(media: str, status: int) -> dict[int, Any]:
    content = {media: {"schema": {"type": "string", "format": "binary"}}}
    return {status: {"description": "Bytes.", "content": content}}


def _status(kind: int | type[DomainError]) -> int:
    return kind if isinstance(kind, int) else kind.status


def _answer(result: Any, status: int) -> Answer:
    return result if isinstance(result, Answer) else Answer(body=result, status=status)


def _refuse_unknown_names(request: HttpRequest, models: Iterable[type[ParamModel]]) -> None:
    """Refuse query parameters and bodies that a call would silently ignore. Raises `Invalid` with the nearest name."""
    by_source = {str(model.__ninja_param_source__): model for model in models}
    known = list(getattr(by_source.get("query"), "__ninja_flatten_map__", {}))
    named = [(name, "query", unknown(name, known)) for name in request.GET if name not in known]
    if "body" not in by_source and request.method not in SAFE_METHODS and request.body:
        body = read_body(request)
        if body not in ({}, None):
            names = list(body) if isinstance(body, dict) else [""]
            named += [(name, "body", "This call takes no body.") for name in names]
    if named:
        raise Invalid(
            extra={"errors": [{"pointer": f"/{name}", "detail": words, "in": place} for name, place, words in named]}
        )
