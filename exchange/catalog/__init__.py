"""Assets, currencies, countries and payment methods: the fixed points every offer refers to.

May import core. The facts are in `data/*.toml`; `data_files.py` checks them, `load.py` writes them to the database.
Start reading at `models.py`.
"""
