"""Exercises: scenario packages, the scenario clock, the engine and what each team may see; no Qt."""
