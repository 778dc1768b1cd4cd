"""Disputes: statements of both sides, an arbiter who claims the case, and a split ruling signed by that wallet.

May import core, accounts and trades. The chain decides what a ruling moves; this package records why.
Start reading at `actions.py`.
"""
