"""People: an account is an Ethereum address that signs in with EIP-4361; sessions, API tokens and their scopes.

May import core and the chain facts of `escrow`; knows nothing of offers and trades.
Start reading at `siwe.py` (what is signed) and `actions.py` (what happens then).
"""
