"""One command per file, named as it is typed: `up`, `reset`, `prepare`, `runindexer` and their siblings.

They may import any package (composition). Start reading at `up.py`, which starts the rest, and `prepare.py`, which
makes tables, catalogue, contract and demo data ready before the processes start.
"""
