"""What every app stands on: money, ids, errors, compare-and-set, outbox, audit log, hints and limits.

Knows nothing of offers, trades or chains and imports no other package of the product.
Start reading at `errors.py` (how a refusal is said) and `outbox.py` (how an effect leaves a transaction).
"""
