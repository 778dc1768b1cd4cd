"""Moderation: staff suspend an account, hide an offer or block a payment method, with a reason and an end.

May import everything below notifications. The decisions are kept in `accounts` (`Restriction`), where `policy.py` asks
for them; nothing here reaches coins or running trades.
Start reading at `actions.py`.
"""
