"""Exercises for window and command line: scenarios and runs, the desks of the teams, seats."""
