"""Drafts of the wizard: the answers as they were typed, kept on the server, so that a reload or another device goes on.

An edit of an offer is a draft too, one a maker and offer; it remembers the version it began from.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from exchange.accounts.models import Account
from exchange.core.errors import Conflict, NotFound
from exchange.core.ids import read_code
from exchange.offers.limits import MOST_SKETCHES
from exchange.offers.models import Offer, Sketch

KEPT = timedelta(days=30)
# What an answer may be: no form field takes more.
LONGEST_ANSWER = 4000


def begin(*, by: Account, answers: Mapping[str, Any], now: datetime, offer: Offer | None = None) -> Sketch:
    """Return a new draft, or the one in which this offer is edited already. Raises `Conflict` (`too_many_drafts`)."""
    if offer is not None:
        found = Sketch.objects.filter(maker=by, offer=offer).first()
        if found is not None and found.offer_version == offer.version:
            return found
        Sketch.objects.filter(maker=by, offer=offer).delete()
    mine = Sketch.objects.filter(maker=by, offer=None)
    if offer is None and mine.count() >= MOST_SKETCHES:
        oldest = mine.order_by("updated_at").first()
        # Nothing that was typed is thrown away unasked unless it is long forgotten.
        if oldest is None or oldest.updated_at > now - timedelta(days=1):
            raise Conflict(
                f"You have {MOST_SKETCHES} drafts, which is the limit. Finish or delete one first.",
                code="too_many_drafts",
            )
        oldest.delete()
    return Sketch.objects.create(
        maker=by, offer=offer, offer_version=offer.version if offer else 0, answers=_kept(answers), updated_at=now
    )


def sketch_of(code: str, *, by: Account) -> Sketch:
    """Return one's own draft. Raises `NotFound`."""
    found = (
        Sketch.objects.select_related("offer", "offer__asset", "offer__currency", "offer__maker").filter(
            maker=by, code=read_code(code)
        )
        if code.isascii() and code.isalnum()
        else Sketch.objects.none()
    )
    sketch = found.first()
    if sketch is None:
        raise NotFound("There is no such draft, or it is not yours.")
    return sketch


def sketches_of(account: Account) -> list[Sketch]:
    """Return the drafts of new offers, newest first."""
    return list(Sketch.objects.filter(maker=account, offer=None).order_by("-updated_at")[:MOST_SKETCHES])


def keep(sketch: Sketch, *, answers: Mapping[str, Any], now: datetime) -> Sketch:
    """Keep what was typed, whether it is right or not; answers that are not named stay."""
    sketch.answers = {**sketch.answers, **_kept(answers)}
    sketch.updated_at = now
    sketch.save(update_fields=["answers", "updated_at"])
    return sketch


def drop(sketch: Sketch) -> None:
    """Delete a draft: its offer was made, or its maker does not want it any more."""
    sketch.delete()


def forget_old(*, now: datetime) -> int:
    """Delete drafts nobody has touched for a month."""
    deleted, _ = Sketch.objects.filter(updated_at__lt=now - KEPT).delete()
    return deleted


def _kept(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _cut(value) for name, value in answers.items()}


def _cut(value: Any) -> Any:
    if isinstance(value, list):
        return [str(one)[:LONGEST_ANSWER].replace("\0", "") for one in value[:200]]
    return value if isinstance(value, bool) else str(value)[:LONGEST_ANSWER].replace("\0", "")
