"""The indexer: keeps the tables equal to the chain, whatever the chain and the nodes do.

One step is scan → decode → store → fold → finalise, in one transaction with the cursor; a reorganisation is a step
back. May import the rest of `escrow` but not the keeper. Start reading at `step.py`.
"""
