"""Looking back at an exercise: belief beside truth, tasks and ratings, the hot wash and the report."""
