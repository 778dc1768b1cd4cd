"""Reputation: counts and rates over finished trades, always shown with their sample size.

May import core, accounts and trades. `formula.py` is pure; a standing can be rebuilt from the trades at any time.
Start reading at `formula.py`.
"""
