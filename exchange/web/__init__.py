"""The pages: server-rendered, one module per page, readable without JavaScript.

A view parses, calls one action or query, and renders; it decides nothing. Live changes arrive as hints and are
refetched as fragments. Start reading at `urls.py`.
"""
