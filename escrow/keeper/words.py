"""Why the contract refuses a call, in words for the person who asked for it."""

from escrow.abi import Failure

_WORDS = {
    "BadSignature": "This signature does not come from the account that must sign, or signs something else.",
    "SignatureExpired": "This signature is past the time it gave itself. Sign again.",
    "WrongStatus": "The escrow has moved on, so this is no longer possible.",
    "DeadlinePassed": "The time for this has passed.",
    "DeadlineNotPassed": "It is too early for this.",
    "NotParty": "Only the buyer or the seller may do this.",
    "ShareTooHigh": "A share is at most 10,000 basis points.",
    "NothingToWithdraw": "There is nothing to withdraw.",
    "TransferFailed": "The receiver still refuses the payout. It stays credited.",
}


def words_for(failure: Failure, *, purpose: str) -> str:
    """Return one sentence; a refusal without words of ours keeps the contract's name for it."""
    return _WORDS.get(failure.name, f"The contract refuses this ({purpose}): {failure}.")
