"""What a user can do, once: the window and the command line call the same services.

Each service is a small class over one open workspace; `desk.Desk` holds them together.
Every write returns the `Outcome` that says what changed.
"""
