"""The trade-room log: signed, hash-chained ciphertext in a gapless order, and payment details in a sealed envelope.

May import core, accounts and trades. The server checks what it relays and cannot read it (`protocol.py`).
Start reading at `actions.py`.
"""
