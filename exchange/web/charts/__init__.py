"""The charts of the statistics page: each is a table first, with a finding for a title; drawing it comes after.

`figure.py` is what a chart is, `sparkline.py` draws it on the server for readers without scripts, and one module each
builds the charts. May import the domain's queries. Start reading at `figure.py`.
"""
