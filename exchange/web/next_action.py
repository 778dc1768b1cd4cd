"""The next-action card: whose turn it is and what to do now, from role, state and the acts that are available.

`choose_moment` names the situation, `next_action_words.py` holds what it says, `compose` fills the words in. Nothing
here decides what is allowed: a button whose action the server does not list is left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from exchange.web.chips import TRADE_CHIPS, UNKNOWN
from exchange.web.next_action_words import ARBITER, BOTH, BUYER, SELLER, Button, Words

ENDED = frozenset({"released", "refunded", "resolved", "expired", "cancelled", "declined"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A deadline: what must be done by when, since when it runs, and what happens then."""

    label: str
    moment: datetime
    since: datetime | None
    consequence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NextAction:
    """What the card shows."""

    moment: str
    tone: str
    icon: str
    heading: str
    sentence: str
    clock: Clock | None
    primary: Button | None
    quiet: tuple[Button, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The facts that choose the words. `side` is buyer, seller or arbiter; `actions` are those available now."""

    ui_state: str
    side: str
    is_maker: bool = False
    actions: tuple[str, ...] = ()
    is_frozen: bool = False
    is_late: bool = False
    is_late_lock: bool = False
    has_stated: bool = False
    deadline: datetime | None = None
    since: datetime | None = None


def choose_moment(situation: Situation) -> str:
    """Return the key of the words for this situation."""
    state = situation.ui_state
    if situation.is_frozen and state not in ENDED:
        return "frozen"
    if situation.side == "arbiter":
        return "watching"
    if state in {"requested", "signing"}:
        if "sign_terms" in situation.actions:
            return "to_accept" if situation.is_maker else "to_sign"
        return "awaiting_signature" if situation.is_maker else "asked"
    if state == "locked" and situation.is_late_lock:
        return "late_lock"
    if state == "locked" and situation.is_late:
        return "locked_late"
    if state == "disputed" and not situation.has_stated:
        return "disputed_silent"
    return state


def words_for(moment: str, *, side: str) -> Words:
    """Return the words of a moment for one side. Raises `KeyError` for a moment that has none."""
    own = {"buyer": BUYER, "seller": SELLER, "arbiter": ARBITER}[side]
    return own[moment] if moment in own else BOTH[moment]


def compose(situation: Situation, *, facts: Mapping[str, str], targets: Mapping[str, str]) -> NextAction:
    """Return the card. `facts` fill the placeholders, `targets` turn a button's target into an address."""
    moment = choose_moment(situation)
    words = words_for(moment, side=situation.side)
    chip = TRADE_CHIPS.get(situation.ui_state, UNKNOWN)
    clock = None
    if words.clock and situation.deadline is not None:
        clock = Clock(
            label=words.clock.format_map(facts),
            moment=situation.deadline,
            since=situation.since,
            consequence=words.consequence.format_map(facts),
        )
    offered = [_fill(button, facts=facts, targets=targets) for button in _offered(words, actions=situation.actions)]
    primary = offered[0] if offered and words.primary and offered[0].action == words.primary.action else None
    return NextAction(
        moment=moment,
        tone="dispute" if moment == "frozen" else chip.tone,
        icon="triangle-alert" if moment == "frozen" else chip.icon,
        heading=words.heading.format_map(facts),
        sentence=words.sentence.format_map(facts),
        clock=clock,
        primary=primary,
        quiet=tuple(offered[1:] if primary else offered),
    )


def _offered(words: Words, *, actions: Iterable[str]) -> list[Button]:
    buttons = [button for button in (words.primary, *words.quiet) if button is not None]
    return [button for button in buttons if not button.action or button.action in set(actions)]


def _fill(button: Button, *, facts: Mapping[str, str], targets: Mapping[str, str]) -> Button:
    target = targets.get(button.target, button.target)
    return replace(button, label=button.label.format_map(facts), target=target)
