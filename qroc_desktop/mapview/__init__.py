"""The map: a page in a browser engine, its private URL scheme, and a few typed messages between it and Qt.

`messages`, `sources`, `port` and `answers` need no Qt; `widget` is what the interface puts on the screen.
"""
