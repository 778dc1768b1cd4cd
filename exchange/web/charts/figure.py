"""What a chart is: a finding, columns, and rows whose cells hold a plain value to draw and words to read."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

# Lines from point to point, blocks from the start of a step to its end, or sums that grow from level to level.
Kind = Literal["line", "blocks", "steps"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One series. `ink` names its colour, "none" for what stands in the table only.

    `band_from` is the key of the lower edge if this one closes a band; `legend` says what is drawn if not the name.
    """

    key: str
    name: str
    unit: str
    ink: str
    band_from: str = ""
    legend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A value as a plain number, and in words; both empty where there is none."""

    value: str
    words: str


EMPTY = Cell(value="", words="none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One point: where it stands (Unix seconds or a plain number), that place in words and for a CSV, and its cells.

    `end` is where a block ends.
    """

    x: str
    words: str
    plain: str
    cells: tuple[Cell, ...]
    end: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A whole chart. `title` is the finding, `caption` says what is drawn; `nothing` is said when there are no rows."""

    key: str
    kind: Kind
    title: str
    caption: str
    head: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    nothing: str
    is_time: bool = True

    @property
    def label(self) -> str:
        """What a screen reader is told instead of the picture."""
        if not self.rows:
            return self.nothing
        first, last = self.rows[0].words, self.rows[-1].words
        return f"{self.title}. {self.caption} {len(self.rows)} points from {first} to {last}."


def numbers(chart: Chart, key: str) -> list[Decimal | None]:
    """Return the values of one column, None for gaps."""
    place = next(place for place, column in enumerate(chart.columns) if column.key == key)
    return [Decimal(row.cells[place].value) if row.cells[place].value else None for row in chart.rows]


def as_csv(chart: Chart) -> str:
    """Return the table as CSV: plain numbers with a point, times as RFC 3339, units in the head."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([chart.head, *(f"{column.name} ({column.unit})" for column in chart.columns)])
    writer.writerows([[row.plain, *(cell.value for cell in row.cells)] for row in chart.rows])
    return text.getvalue()


def change_words(before: Decimal, after: Decimal) -> str:
    """Return `2.1% more` or `2.1% less`, or `as much`, for a finding."""
    tenths = int(((after - before) / before * 1000).to_integral_value())
    if tenths == 0:
        return "as much"
    return f"{Decimal(abs(tenths)) / 10:.1f}% {'more' if tenths > 0 else 'less'}"


def middle(values: Sequence[Decimal]) -> Decimal:
    """Return the median of what is there, at least one value."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
