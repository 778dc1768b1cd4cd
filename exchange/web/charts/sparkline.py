"""A chart as a small SVG, drawn here, for readers without scripts and before the scripts have come."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from exchange.web.charts.figure import Chart, numbers

WIDTH, HEIGHT = 600, 160
_EDGE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One path of the picture: a line, an area between two lines, a stair or blocks."""

    path: str
    ink: str
    filled: bool = False


def sparkline(chart: Chart) -> list[Shape]:
    """Return the shapes of `chart`, areas first so that lines lie on them."""
    values = {column.key: numbers(chart, column.key) for column in chart.columns if column.ink != "none"}
    known = [value for column in values.values() for value in column if value is not None]
    if not known:
        return []
    starts = [Decimal(row.x) for row in chart.rows]
    ends = [Decimal(row.end) for row in chart.rows if row.end]
    low = min(known) if chart.kind == "line" else Decimal(0)
    last = max([*starts, *(ends if chart.kind == "blocks" else [])])
    scale = _Scale(first=starts[0], last=last, low=low, high=max(known))
    shapes = []
    for column in chart.columns:
        if column.ink == "none":
            continue
        series = values[column.key]
        if chart.kind == "blocks":
            shapes.append(Shape(path=_blocks(starts, ends, series, scale), ink=column.ink, filled=True))
        elif chart.kind == "steps":
            shapes.append(Shape(path=_steps(starts, series, scale, leftward=column.ink == "sell"), ink=column.ink))
        elif column.band_from:
            area = _area(starts, values[column.band_from], series, scale)
            shapes.append(Shape(path=area, ink=column.ink, filled=True))
        elif not any(other.band_from == column.key for other in chart.columns):
            shapes.append(Shape(path=_line(starts, series, scale), ink=column.ink))
    return sorted((shape for shape in shapes if shape.path), key=lambda shape: not shape.filled)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    first: Decimal
    last: Decimal
    low: Decimal
    high: Decimal

    def x(self, place: Decimal) -> int:
        if self.first == self.last:
            return WIDTH // 2
        return _EDGE + int((place - self.first) / (self.last - self.first) * (WIDTH - 2 * _EDGE))

    def y(self, value: Decimal) -> int:
        span = self.high - self.low
        if not span:
            return HEIGHT // 2
        return HEIGHT - _EDGE - int((value - self.low) / span * (HEIGHT - 2 * _EDGE))


Values = Sequence[Decimal | None]


def _line(places: Sequence[Decimal], values: Values, scale: _Scale) -> str:
    path, pen = [], "M"
    for place, value in zip(places, values, strict=True):
        if value is None:
            pen = "M"
            continue
        path.append(f"{pen}{scale.x(place)} {scale.y(value)}")
        pen = "L"
    return "".join(path)


def _steps(places: Sequence[Decimal], values: Values, scale: _Scale, *, leftward: bool) -> str:
    """Return a stair: a value holds from its place to the next one, or (leftward) from the last one to its place."""
    path = ""
    for place, value in zip(places, values, strict=True):
        if value is None:
            continue
        x, y = scale.x(place), scale.y(value)
        turn = f"V{y}H{x}" if leftward else f"H{x}V{y}"
        path += turn if path else f"M{x} {y}"
    return path


def _area(places: Sequence[Decimal], lows: Values, highs: Values, scale: _Scale) -> str:
    """Return the band between two lines, one closed piece for each run without gaps."""
    path: list[str] = []
    upper: list[str] = []
    lower: list[str] = []
    for place, low, high in [*zip(places, lows, highs, strict=True), (Decimal(0), None, None)]:
        if low is not None and high is not None:
            upper.append(f"{scale.x(place)} {scale.y(high)}")
            lower.append(f"{scale.x(place)} {scale.y(low)}")
        elif upper:
            path.append(f"M{'L'.join([*upper, *reversed(lower)])}Z")
            upper, lower = [], []
    return "".join(path)


def _blocks(starts: Sequence[Decimal], ends: Sequence[Decimal], values: Values, scale: _Scale) -> str:
    bottom = HEIGHT - _EDGE
    return "".join(
        f"M{scale.x(start)} {bottom}V{scale.y(value)}H{scale.x(end) - 1}V{bottom}Z"
        for start, end, value in zip(starts, ends, values, strict=True)
        if value is not None
    )
