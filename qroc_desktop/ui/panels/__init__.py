"""The panels around the map, each a widget of its own that knows no other."""
