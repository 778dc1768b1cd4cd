"""The demo: people with play money, a book of offers, and a history of trades that really happened on the local chain.

Everything is made through the product's own actions, with wallets that sign and blocks that are mined, so that the demo
is also a proof. Exists on chain 31337 in demo mode only. Start reading at `seed.py`.
"""
