"""PDFs made anew from their pages as they are seen.

The pages go into a new document. What hangs on the document itself stays behind: title and author, XMP, embedded
files, scripts, actions, bookmarks, forms, and with them every earlier revision, which a file that was saved several
times still holds. Notes and filled-in fields are printed onto their page, so that what covered something still does.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import pikepdf
from pikepdf import Dictionary, Name, Pdf, Stream

from qroc_desktop.errors import Message, Refused
from qroc_desktop.formats.cleaning.jpeg import stripped

MOST_PAGES: Final = 2_000
MOST_OBJECTS: Final = 500_000
_PAGE_KEYS: Final = frozenset(
    {"/Type", "/Parent", "/Resources", "/MediaBox", "/CropBox", "/Rotate", "/Contents", "/Group", "/UserUnit"}
)
_TOLD: Final = (
    "/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/AF", "/AA", "/A", "/OC", "/OPI", "/StructParent",
    "/StructParents", "/Measure", "/PtData", "/ID", "/B", "/Alternates",
)  # fmt: skip
"""Keys that say something beside the picture, of whatever object."""
COVERS_ONLY: Final = Message("What is on its pages goes as it is, what lies beneath a black bar too.")


def cleaned(stream: BinaryIO) -> tuple[bytes, tuple[Message, ...]]:
    """The bytes of the copy, and notes. Raises Refused."""
    try:
        with Pdf.open(stream, suppress_warnings=True) as pdf:
            _require_plain(pdf)
            return _copy(pdf), (COVERS_ONLY,)
    except pikepdf.PasswordError:
        raise Refused(Message("The PDF is locked with a password.")) from None
    except Refused:
        raise
    except (pikepdf.PdfError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, OSError) as error:
        raise Refused(Message("The PDF is damaged or is none.")) from error


def _require_plain(pdf: Pdf) -> None:
    if pdf.is_encrypted:
        raise Refused(Message("The PDF is locked with a password."))
    if len(pdf.objects) > MOST_OBJECTS or len(pdf.pages) > MOST_PAGES:
        raise Refused(Message("The PDF has more than {limit} pages or too many parts.", limit=MOST_PAGES))
    layers = pdf.Root.get("/OCProperties")
    if isinstance(layers, Dictionary):
        shown = layers.get("/D", Dictionary())
        if shown.get("/OFF") or shown.get("/BaseState", Name.ON) != Name.ON:
            raise Refused(Message("The PDF has layers that are hidden."))


def _copy(pdf: Pdf) -> bytes:
    if "/AcroForm" in pdf.Root:
        if "/XFA" in pdf.Root.AcroForm:
            del pdf.Root.AcroForm["/XFA"]
        pdf.generate_appearance_streams()
    pdf.flatten_annotations("screen")
    copy = Pdf.new()
    for page in pdf.pages:
        for key in [key for key in page.obj.keys() if key not in _PAGE_KEYS]:  # noqa: SIM118 - pikepdf's own mapping
            del page.obj[key]
    copy.pages.extend(pdf.pages)
    for thing in list(copy.objects):
        for part in _parts(thing):
            _plain(part)
        if isinstance(thing, Stream) and thing.get("/Subtype") == Name.Image:
            _plain_image(thing)
    out = io.BytesIO()
    copy.remove_unreferenced_resources()
    copy.save(
        out,
        deterministic_id=True,
        stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
        recompress_flate=True,
        compress_streams=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    )
    return out.getvalue()


def _parts(thing: Any, depth: int = 0) -> Iterator[Any]:
    """An object and what is written inside of it; what it only points at comes by itself."""
    if depth > 50:
        raise Refused(Message("The PDF is damaged or is none."))
    if isinstance(thing, Dictionary | Stream):
        yield thing
        inside = [thing.get(key) for key in list(thing.keys())]
    elif isinstance(thing, pikepdf.Array):
        inside = list(thing)
    else:
        return
    for part in inside:
        if isinstance(part, Dictionary | pikepdf.Array) and not part.is_indirect:
            yield from _parts(part, depth + 1)


def _plain(part: Any) -> None:
    for key in _TOLD:
        if key in part:
            del part[key]


def _plain_image(image: Stream) -> None:
    """Photos lie in a PDF as whole JPEG files, with all that a camera wrote into them."""
    filters = image.get("/Filter", pikepdf.Array())
    names = [str(name) for name in (filters if isinstance(filters, pikepdf.Array) else [filters])]
    if "/JPXDecode" in names:
        raise Refused(Message("The PDF holds pictures of a kind that cannot be cleaned (JPEG 2000)."))
    if names == ["/DCTDecode"]:
        plain = stripped(image.read_raw_bytes()).data
        parms = image.get("/DecodeParms")
        image.write(plain, filter=Name.DCTDecode, decode_parms=parms if isinstance(parms, Dictionary) else None)
    elif "/DCTDecode" in names:
        raise Refused(Message("The PDF holds pictures that are packed in a way that cannot be cleaned."))
