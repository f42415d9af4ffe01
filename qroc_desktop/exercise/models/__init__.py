"""Training models: pure functions of their inputs, each with what a map tool has to show beside its result."""
