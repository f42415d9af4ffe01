"""Dialogs: passive widgets that show what they are given and tell what was chosen."""
