"""Bodies of what the two agree on beside the acts on chain."""

from typing import Annotated

from pydantic import Field

from exchange.api.schemas.fields import Body, Code, Hex32, Moment, Shown


class CommitPayerName(Body):
    """`PUT /trades/{id}/payer-name`: SHA-256 of the RFC 8785 form of `{name, salt, trade}`, and that object sealed."""

    commitment: Hex32
    sealed: Annotated[dict[str, str], Field(max_length=4)]


class PayerName(Shown):
    """The commitment; `early`: given before the coins were locked, so before the details could be read."""

    commitment: Hex32
    sealed: dict[str, str]
    at: Moment
    early: bool


class MoreTime(Shown):
    """The new deadline."""

    id: Code
    pay_by: Moment
    version: int
