"""Trades: states (data), decide (pure), apply (compare-and-set with timeline and outbox in one transaction).

May import core, accounts, catalog, prices, offers and the chain facts of `escrow`. Money states follow final chain
events only (`project.py`). Start reading at `states.py`, `decide.py`, `apply.py`, in this order.
"""
