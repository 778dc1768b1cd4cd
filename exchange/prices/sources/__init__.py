"""Price sources, one adapter a file; `settings.PRICE_SOURCES` names those that are read.

An adapter fulfils `base.PriceSource`. Start reading at `base.py`; `registry.py` turns the setting into adapters.
"""
