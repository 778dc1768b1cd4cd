"""Disputes: statements, disclosed messages, evidence, an arbiter who claims the case, and a split ruling.

May import core, accounts, trades and chat, whose log is what a case is about. The chain decides what a ruling moves;
this package records why. Start reading at `actions.py`, then `disclosures.py` and `rulings.py`.
"""
