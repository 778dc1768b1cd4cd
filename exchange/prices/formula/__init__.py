"""Formula prices: `median(kraken(ETH/EUR), market(ETH/EUR)) * 1.012` as text, as a tree, as a price.

May import core.errors and lark; no database, no settings, no clock: ages and values are handed in.
`parse.py` turns text into a `Formula`; `tree.py` is what a formula is; `evaluate.py` gives it a value;
`refusals.py` is everything that can be wrong with one. Start reading at `tree.py`.
"""
