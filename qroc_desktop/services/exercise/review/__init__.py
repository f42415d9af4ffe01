"""Looking back at a run: what the record says, the hot wash, remarks, the report."""
