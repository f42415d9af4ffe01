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
_OF_STREAMS: Final = (
    "/Metadata", "/PieceInfo", "/LastModified", "/AF", "/OC", "/OPI", "/StructParent", "/StructParents", "/Measure",
    "/PtData", "/ID", "/Alternates", "/Name",
)  # fmt: skip
_OF_ALL: Final = ("/Metadata", "/PieceInfo", "/LastModified", "/Properties")
"""Keys that say something beside the picture. Short ones are those of streams alone: in a list of resources or of
glyphs they are names that somebody chose."""
_MARKS: Final = frozenset({"BDC", "BMC", "EMC", "DP", "MP"})
"""Operators that say what a part of a page means (and may say it in other words), and draw nothing."""
MOST_DRAWN: Final = 48 * 1024 * 1024
"""Bytes of drawing in one PDF."""
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
    drawn = _drawn_plainly(copy)
    for thing in list(copy.objects):
        for part in _parts(thing):
            _plain(part)
            for drawing in _drawings(part):
                drawn += len(drawing.read_bytes())
                _require_few(drawn)
                drawing.write(_unmarked(drawing))
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
    for key in _OF_STREAMS if isinstance(part, Stream) else _OF_ALL:
        if key in part:
            del part[key]


def _drawn_plainly(copy: Pdf) -> int:
    """Write what each page draws anew, without comments and marks; how many bytes it was."""
    drawn = 0
    for page in copy.pages:
        page.contents_coalesce()
        if "/Contents" in page.obj:
            drawn += len(page.obj.Contents.read_bytes())
            _require_few(drawn)
            page.obj.Contents = copy.make_stream(_unmarked(page))
    return drawn


def _drawings(thing: Any) -> list[Any]:
    """What of an object draws as a page does: a form, a pattern, the letters of a font that are drawings."""
    if isinstance(thing, Stream) and (thing.get("/Subtype") == Name.Form or "/PatternType" in thing):
        return [thing]
    letters = thing.get("/CharProcs") if isinstance(thing, Dictionary) else None
    if not isinstance(letters, Dictionary):
        return []
    return [letter for key in letters.keys() if isinstance(letter := letters[key], Stream)]  # noqa: SIM118


def _unmarked(drawing: Any) -> bytes:
    kept = [one for one in pikepdf.parse_content_stream(drawing) if str(one.operator) not in _MARKS]
    return pikepdf.unparse_content_stream(kept)


def _require_few(drawn: int) -> None:
    if drawn > MOST_DRAWN:
        raise Refused(Message("The PDF has more than {limit} pages or too many parts.", limit=MOST_PAGES))


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
