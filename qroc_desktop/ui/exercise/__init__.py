"""The exercise in the window: strip, panels and dialogs of those who conduct and play it."""
