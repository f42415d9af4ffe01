"""Red's secret plan: made in its own panel, adjudicated in the director's."""
