"""Short public codes such as `8F3K7Q2M`: easy to read out, free of look-alike letters, not guessable in sequence."""

import secrets

# Crockford's base 32 without the letters that are read as digits or form words.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8


def new_code() -> str:
    """Return a random public code of eight characters (40 bits); uniqueness is the database's business."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read_code(text: str) -> str:
    """Return the code a person meant: any case, with the usual mix-ups (o for 0, i and l for 1) undone."""
    return text.strip().upper().replace("O", "0").replace("I", "1").replace("L", "1")
