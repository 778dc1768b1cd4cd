"""The chain as Python sees it: terms and trade ids, calls for wallets, an indexer, a keeper and their tables.

Knows trade ids and addresses, not offers or people; imports nothing of `exchange`, only the artefacts in `contracts`.
`exchange` may use `terms`, `signatures`, `calls`, `events`, `queries`, `relay` and `fields`; everything else is inside.
Start reading at `terms.py` (what a trade is) and `indexer/step.py` (how the tables follow the chain).
"""
