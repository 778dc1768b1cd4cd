"""The keeper: sends what users signed, and what a passed deadline allows anyone to send, exactly once each.

It owns gas money and nothing else: the contract gives it no power, and its signer refuses everything but those calls.
May import the rest of `escrow`. Start reading at `loop.py`.
"""
