"""What the actions do, by subject; each gets the parts that it needs from the window."""
