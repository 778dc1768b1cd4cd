"""Model fields for what the chain counts with: addresses, 32-byte values and 256-bit integers."""

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from escrow.addresses import parse_address

if TYPE_CHECKING:  # the stubs make these generic, Django itself does not
    _Text = models.CharField[str, str]
    _Number = models.DecimalField[int, int]
else:
    _Text, _Number = models.CharField, models.DecimalField

_BYTES32 = re.compile(r"0x[0-9a-f]{64}")


class AddressField(_Text):
    """An EIP-55 checksummed address, or empty where `blank`. Lower-case input is checksummed on its way in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 42
        super().__init__(*args, **kwargs)

    def to_python(self, value: Any) -> Any:
        """Return the checksummed form. Raises `ValidationError`."""
        if value is None or value == "":
            return value
        try:
            return parse_address(value)
        except ValueError as error:
            raise ValidationError(f"{error}.", code="invalid") from error

    def get_prep_value(self, value: Any) -> Any:
        """Return what is stored; a malformed address never reaches a table or a query."""
        return self.to_python(value)


class Bytes32Field(_Text):
    """32 bytes as lower-case 0x-hex, or empty where `blank`: trade ids, block hashes, transaction hashes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 66
        super().__init__(*args, **kwargs)

    def to_python(self, value: Any) -> Any:
        """Return the lower-case form. Raises `ValidationError`."""
        if value is None or value == "":
            return value
        if not isinstance(value, str) or not _BYTES32.fullmatch(value.lower()):
            raise ValidationError(f"{value!r} is not 32 bytes of 0x-hex.", code="invalid")
        return value.lower()

    def get_prep_value(self, value: Any) -> Any:
        """Return what is stored; a malformed value never reaches a table or a query."""
        return self.to_python(value)


class Uint256Field(_Number):
    """A whole number from 0 to 2^256 - 1 as `int`, `NUMERIC(78, 0)` in the database: exact, never a binary fraction."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"max_digits": 78, "decimal_places": 0}
        super().__init__(*args, **kwargs)

    def db_check(self, connection: BaseDatabaseWrapper) -> str:
        """Return the column's own constraint."""
        return f"{connection.ops.quote_name(str(self.column))} >= 0"

    def from_db_value(self, value: Decimal | None, *_: Any) -> int | None:
        """Return the stored number."""
        return None if value is None else int(value)

    def to_python(self, value: Any) -> Any:
        """Return the number. Raises `ValidationError` for anything that is no uint256."""
        if value is None:
            return None
        if isinstance(value, Decimal) and value == value.to_integral_value():
            value = int(value)
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 256:
            raise ValidationError(f"{value!r} is not a whole number from 0 to 2^256 - 1.", code="invalid")
        return value

    def get_db_prep_value(self, value: Any, *_: Any, **__: Any) -> Any:
        """Return the number as the database driver takes it."""
        number = self.to_python(value)
        return None if number is None else Decimal(number)

    def get_prep_value(self, value: Any) -> Any:
        """Return the number for a query."""
        return self.to_python(value)
