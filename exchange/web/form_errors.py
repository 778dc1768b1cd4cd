"""Refusals of the product on forms: each sentence goes to the field it is about, the rest to the top."""

from collections.abc import Mapping

from django.forms import Form

from exchange.core.errors import DomainError, Invalid


def take_over(form: Form, error: DomainError, *, names: Mapping[str, str] | None = None) -> None:
    """Add what the product refused to a bound form. `names` maps JSON pointers to field names where they differ."""
    fields = error.fields if isinstance(error, Invalid) else {}
    placed = False
    for pointer, sentence in fields.items():
        name = (names or {}).get(pointer, pointer.strip("/").split("/")[0])
        form.add_error(name if name in form.fields else None, sentence)
        placed = True
    if not placed:
        form.add_error(None, error.message)
