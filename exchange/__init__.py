"""Parley, the product: people post offers, meet in a trade room and settle through the escrow contract.

One package per subject, imports in one direction only: core, then accounts, catalog and prices, then offers, trades,
then chat, disputes and reputation, then notifications, then the three faces web, api and realtime. Chain facts come
from the `escrow` package. Start reading at `trades/decide.py` (what may happen) and `wiring.py` (what follows from it).
"""
