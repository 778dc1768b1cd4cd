"""The order book: offers with fixed or market-linked prices, found by what they cost and taken exactly once.

May import core, accounts, catalog and prices. Writes go through `actions.py`, reads through `book.py` and `queries.py`.
Start reading at `pricing.py` (pure) and `actions.py`.
"""
