"""Workstations that join: the node that serves them, their codes, and the seat on the other machine."""
