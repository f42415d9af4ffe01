"""What the directing staff conducts an exercise with."""
