"""Pages, figures and documents made of a picture. No Qt, no request to anywhere."""
