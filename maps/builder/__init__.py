"""Builds the offline base map from packages of pinned version; see maps/README.md."""
