"""The training models in the window: what goes in, what comes out, and the card beside it."""
