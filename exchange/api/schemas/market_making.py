"""Bodies of changing many offers at once."""

from typing import Annotated, Any, Literal

from pydantic import Field

from exchange.api.schemas.fields import Body, CodePath, Shown, Signature, Version
from exchange.api.schemas.offers import EditOffer, Offer


class ChangeOffer(EditOffer):
    """One offer's change: its state (`closed` ends it), or its contents, or the signature of its new version."""

    id: CodePath
    version: Version
    state: Literal["active", "paused", "closed"] | None = None  # type: ignore[assignment]
    signature: Signature | None = None

    def edit(self) -> EditOffer:
        """Return the part that a single edit would send."""
        sent = self.model_fields_set & EditOffer.model_fields.keys()
        facts = {name: getattr(self, name) for name in sent}
        if self.state == "closed":
            facts["state"] = None
        # What was not sent must stay so: a null that was sent takes a condition away.
        return EditOffer.model_construct(_fields_set=sent, **facts)


class ChangeOffers(Body):
    """`PATCH /me/offers/bulk`."""

    items: Annotated[list[ChangeOffer], Field(min_length=1, max_length=100)]


class ChangeResult(Shown):
    """What became of one item: the offer as it is now, or the problem that kept it as it was."""

    id: str
    status: int
    offer: Offer | None
    problem: dict[str, Any] | None


class Changed(Shown):
    """One result for each item, in their order."""

    items: list[ChangeResult]
