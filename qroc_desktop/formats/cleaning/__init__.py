"""Copies of attached files that hold what is seen and heard and nothing besides: what may go to a peer.

A copy is made anew from the picture, the pages or the streams. What a camera, a phone or an office wrote beside them is
not taken over, so that nobody has to know all the places where it may lie.
"""

from qroc_desktop.formats.cleaning.cleaned import Cleaned, cleaned

__all__ = ["Cleaned", "cleaned"]
