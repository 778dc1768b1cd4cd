"""Whether the named sources of a formula exist, and which one was meant if not."""

from collections.abc import Collection

from exchange.prices.formula.refusals import BadFormula, nearest_of
from exchange.prices.formula.tree import Formula, Quoted, SourceName, walk

_NAMED = 6


def check_names(formula: Formula, *, known: Collection[SourceName]) -> None:
    """Raise `BadFormula` at the first source of `formula` that is not in `known`."""
    names = set(known)
    for part in walk(formula.root):
        if isinstance(part, Quoted) and part.name not in names:
            raise _unknown(part, formula.text, names)


def _unknown(part: Quoted, text: str, known: set[SourceName]) -> BadFormula:
    source, pair = part.name.source, f"{part.name.asset}/{part.name.currency}"
    sources = {name.source for name in known}
    if source not in sources:
        near = nearest_of(source, sources)
        words = f"There is no price source {source}."
        if near is None:
            words += f" There is: {_some(sources)}."
        return BadFormula(words, text=text, position=part.at, nearest=near and f"{near}({pair})")
    pairs = {f"{name.asset}/{name.currency}": name for name in known if name.source == source}
    near = nearest_of(pair.lower(), (one.lower() for one in pairs))
    words = f"{source} tells no price of {pair}."
    if near is None:
        words += f" It tells: {_some(pairs)}."
    return BadFormula(words, text=text, position=part.at, nearest=near and str(pairs[near.upper()]))


def _some(names: Collection[str]) -> str:
    shown = sorted(names)[:_NAMED]
    return ", ".join(shown) + (" and others" if len(names) > _NAMED else "")
