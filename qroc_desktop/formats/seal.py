"""A digest of an element of our own export, so that reading it again need not ask field by field who edited it.

It covers the format's own fields and what is carried beside them. It is no proof of who wrote it: where it does not
fit, because another program wrote the file anew or somebody edited it, fields and carried aspects are compared.
"""

from __future__ import annotations

import hashlib
from typing import Final

from lxml import etree

from qroc_desktop.formats.xml import Element

SEAL: Final = "qroc:seal"
"""Name under which it is carried."""


def seal_of(element: Element) -> str:
    """The seal of an element that holds no seal: a digest of its canonical form (Exclusive XML Canonicalization)."""
    canonical = etree.tostring(element, method="c14n", exclusive=True, with_tail=False)
    return hashlib.blake2b(canonical, digest_size=12).hexdigest()
