"""The whole exchange, started with `manage.py up` as a newcomer would, driven through HTTP and a real browser.

`running.py` starts and stops it, `trader.py` is a person with a wallet and the API, `browser.py` a person with a page.
Start reading at `test_trade_in_two_browsers.py`.
"""
