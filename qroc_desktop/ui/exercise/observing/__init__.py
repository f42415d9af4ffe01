"""What evaluators and observers write down while the exercise is played."""
