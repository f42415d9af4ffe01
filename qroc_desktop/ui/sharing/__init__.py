"""Sharing between centres in the window: keys, composing, board and inbox, the centres that we know."""
