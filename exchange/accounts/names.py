"""Names people choose: readable, typed from one script, and never a double of somebody else's. Pure.

Rules after Unicode TR 39 (restriction level "single script") with a skeleton that folds the look-alikes of Latin,
Greek, Cyrillic and digits; two names with one skeleton cannot both exist.
"""

import unicodedata
from itertools import pairwise

from exchange.core.errors import Invalid

LEAST, MOST = 3, 32
_INNER = frozenset("-_. ")
# Scripts that are written together; everything else stands alone.
_JAPANESE = frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"})
_KOREAN = frozenset({"HANGUL", "CJK"})
_RESERVED = (
    "admin",
    "administrator",
    "arbiter",
    "arbitrator",
    "escrow",
    "help",
    "keeper",
    "mediator",
    "moderator",
    "official",
    "operator",
    "parley",
    "relayer",
    "root",
    "security",
    "settings",
    "staff",
    "support",
    "system",
)
_LOOK_ALIKES = str.maketrans(
    # Cyrillic, Greek, then digits and letters with strokes; accents are gone before this is used.
    "авгеиікмнопрстухѕјһԁԛԝьıαβγεηικνοπρστυχω015łøđħŧ",  # noqa: RUF001
    "abreuikmhonpctyxsjhdqwbiabyenikvonpotuxwolslodht",
)


def read_name(text: str) -> str:
    """Return `text` as it will be shown (NFKC, outer blanks gone). Raises `Invalid` naming `/name` and the reason."""
    name = unicodedata.normalize("NFKC", text).strip()
    if not LEAST <= len(name) <= MOST:
        raise _refuse(f"Use {LEAST} to {MOST} characters.")
    if not all(char.isalnum() or char in _INNER for char in name):
        raise _refuse("Use letters and digits; between them one hyphen, underscore, full stop or space.")
    if any(a in _INNER and b in _INNER for a, b in pairwise(name)) or {name[0], name[-1]} & _INNER:
        raise _refuse("Hyphens, underscores, full stops and spaces stand alone and between letters.")
    if not any(char.isalpha() for char in name):
        raise _refuse("Use at least one letter.")
    if name.lower().startswith("0x"):
        raise _refuse("A name must not look like an address.")
    scripts = {_script(char) for char in name if char.isalpha()}
    if len(scripts) > 1 and not scripts <= _JAPANESE and not scripts <= _KOREAN:
        raise _refuse("Use letters of one script only: mixed scripts can imitate another name.")
    if skeleton(name) in _RESERVED_SKELETONS:
        raise _refuse("This name could be taken for someone who runs the site.")
    return name


def skeleton(name: str) -> str:
    """Return what `name` looks like: names that can be mistaken for one another have the same skeleton."""
    folded = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(char for char in folded if not unicodedata.combining(char) and char not in _INNER)
    seen = bare.translate(_LOOK_ALIKES)
    # Pairs that read as one letter, and the letter that reads as two strokes.
    return seen.replace("rn", "m").replace("vv", "w").replace("i", "l")


def _script(char: str) -> str:
    """Return the script of a letter: the first word of its Unicode name (Python carries no script table)."""
    return unicodedata.name(char, "UNKNOWN").split(" ", 1)[0]


def _refuse(words: str) -> Invalid:
    return Invalid(code="bad_name", fields={"/name": words})


_RESERVED_SKELETONS = frozenset(skeleton(word) for word in _RESERVED)
