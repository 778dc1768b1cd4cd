"""The one statement that decides a race: of a hundred takers of the last unit one gets it."""

from datetime import datetime

from django.db import connection

# Written out, because it is what everybody waits for behind everybody else.
_CLAIM = (
    "UPDATE offers_offer SET remaining_units = remaining_units - %(units)s, updated_at = %(now)s"
    " WHERE id = %(offer)s AND version = %(version)s AND state = 'active' AND remaining_units >= %(units)s"
)


def claim(offer_id: int, *, version: int, units: int, now: datetime) -> bool:
    """Take `units` out of what is left of an active offer in this version; return whether they were there."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"offer": offer_id, "version": version, "units": units, "now": now})
        return bool(cursor.rowcount == 1)
