"""What the directing staff looks at: rows that follow from scenario, standing and record."""
