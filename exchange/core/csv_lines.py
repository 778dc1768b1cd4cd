"""Tables as CSV (RFC 4180), line by line, safe to open in a spreadsheet.

A cell that a spreadsheet would run as a formula (it begins with `= + - @`, a tab or a return) gets an apostrophe in
front, which spreadsheets show as text: https://owasp.org/www-community/attacks/CSV_Injection. Plain numbers stay.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator

_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def lines(header: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Yield the lines of a table, its header first; None is an empty cell."""
    yield _line(header)
    for row in rows:
        yield _line(row)


def _line(row: Iterable[object]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow([cell(value) for value in row])
    return buffer.getvalue()


def cell(value: object) -> str:
    """Return the text of one cell."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_RUNS) and not _NUMBER.fullmatch(text) else text
