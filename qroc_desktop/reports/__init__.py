"""Pages, figures and documents made of a picture. No Qt, no request to anywhere."""

import logging

# It warns of its own font cache and of weights that a font has not; neither is news to anybody here.
logging.getLogger("matplotlib").setLevel(logging.ERROR)
