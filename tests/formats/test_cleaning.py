"""Cleaned copies: what is seen is the same, and of what is hidden not one word is left."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageOps

from qroc_desktop.errors import Refused
from qroc_desktop.formats.cleaning import cleaned
from qroc_desktop.formats.media import Media, media_of
from tests.formats import media_files
from tests.formats.media_files import SEEN, document, frames_of, photo, picture, unpacked, video

PHOTO_WORDS = {name: f"Geheim{name}Wort" for name in ("exif", "maker", "gps", "comment", "xmp", "iptc", "trailing")}
PDF_WORDS = {
    name: f"Geheim{name}Wort"
    for name in (
        "info", "pdf-xmp", "file", "filename", "script", "outline", "revision", "piece", "pdf-exif", "pdf-comment",
        "pdf-trailing",
    )
}  # fmt: skip
VIDEO_WORDS = {name: f"Geheim{name}Wort" for name in ("title", "comment", "gps", "handler")}


def clean(data: bytes) -> bytes:
    copy = cleaned(io.BytesIO(data))
    assert cleaned(io.BytesIO(data)) == copy  # what is shown is what is sent
    return copy.data


def upright(data: bytes) -> np.ndarray:
    return np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))


def test_an_upright_photo_keeps_every_pixel_and_no_word() -> None:
    data = photo(PHOTO_WORDS)
    assert all(word.encode() in data for word in PHOTO_WORDS.values())
    copy = clean(data)
    assert b"Geheim" not in copy
    assert np.array_equal(upright(copy), upright(data))
    assert dict(Image.open(io.BytesIO(copy)).getexif()) == {}


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_turned_photo_is_turned_upright(orientation: int) -> None:
    data = photo(PHOTO_WORDS, orientation=orientation)
    copy = clean(data)
    assert b"Geheim" not in copy
    assert dict(Image.open(io.BytesIO(copy)).getexif()) == {}
    before, after = upright(data).astype(int), upright(copy).astype(int)
    assert before.shape == after.shape
    assert np.abs(before - after).max() <= 8  # a JPEG is encoded anew; turned otherwise it would be 100 and more


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_lossless_picture_keeps_every_pixel_whichever_way_it_is_turned(form: str, orientation: int) -> None:
    data = picture(PHOTO_WORDS, orientation=orientation, form=form)
    assert data.count(b"Geheim") >= 3
    copy = clean(data)
    assert b"Geheim" not in copy
    assert np.array_equal(upright(copy), upright(data))


def test_words_between_the_data_of_a_photo_do_not_go() -> None:
    data = photo()
    end = data.index(b"\xff\xd9")
    hidden = data[:end] + b"GeheimesWort" + data[end:]
    copy = clean(hidden)
    assert b"Geheim" not in copy
    assert np.abs(upright(copy).astype(int) - upright(data).astype(int)).max() <= 8


@pytest.mark.parametrize("options", [{"progressive": True}, {"restart_marker_blocks": 2}, {"icc_profile": b"Geheim"}])
def test_other_photos_are_encoded_anew(options: dict[str, Any]) -> None:
    data = photo(PHOTO_WORDS, **options)
    copy = clean(data)
    assert b"Geheim" not in copy
    assert np.abs(upright(copy).astype(int) - upright(data).astype(int)).max() <= 8


def test_of_a_moving_picture_the_first_goes_and_it_is_said() -> None:
    out = io.BytesIO()
    first, second = Image.new("RGB", (8, 8), "red"), Image.new("RGB", (8, 8), "blue")
    first.save(out, "GIF", save_all=True, append_images=[second], comment=b"Geheim")
    copy = cleaned(io.BytesIO(out.getvalue()))
    assert (copy.media, [str(note) for note in copy.notes]) == (
        Media.PNG, ["It moves; only its first picture goes."]
    )  # fmt: skip
    assert Image.open(io.BytesIO(copy.data)).convert("RGB").getpixel((0, 0)) == (255, 0, 0)
    assert b"Geheim" not in copy.data


def test_a_document_keeps_its_page_and_no_word_beside_it() -> None:
    data = document(PDF_WORDS)
    assert [name for name, word in PDF_WORDS.items() if word.encode() not in unpacked(data) + data] == []
    copy = clean(data)
    plain = unpacked(copy)
    assert b"Geheim" not in copy
    assert b"Geheim" not in plain
    assert SEEN.encode() in plain
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        assert (len(pdf.pages), len(pdf.attachments), sorted(pdf.Root.keys())) == (1, 0, ["/Pages", "/Type"])
        image: Any
        (image,) = pdf.pages[0].get_images().values()
        shown = np.asarray(pikepdf.PdfImage(image).as_pil_image().convert("RGB"))
    assert np.array_equal(shown, upright(photo()))


def test_a_bar_that_was_put_over_something_still_covers_it() -> None:
    pdf = pikepdf.Pdf.new()
    pdf.add_blank_page(page_size=(200, 100))
    page = pdf.pages[0]
    look = pdf.make_stream(
        b"0 g 0 0 50 20 re f", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 50, 20]
    )
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Square, Rect=[10, 10, 60, 30], F=4,
        Contents=pikepdf.String("GeheimeNotiz"), AP=pikepdf.Dictionary(N=look),
    )  # fmt: skip
    page.Annots = pdf.make_indirect(pikepdf.Array([pdf.make_indirect(note)]))
    out = io.BytesIO()
    pdf.save(out)
    plain = unpacked(clean(out.getvalue()))
    assert b"0 g\n0 0 50 20 re\nf" in plain
    assert b"Geheim" not in plain
    assert b"/Annots" not in plain


def test_a_document_with_hidden_layers_does_not_go() -> None:
    pdf = pikepdf.Pdf.new()
    pdf.add_blank_page(page_size=(200, 100))
    layer = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name=pikepdf.String("names")))
    pdf.Root.OCProperties = pikepdf.Dictionary(OCGs=[layer], D=pikepdf.Dictionary(OFF=[layer]))
    out = io.BytesIO()
    pdf.save(out)
    with pytest.raises(Refused, match="layers that are hidden"):
        cleaned(io.BytesIO(out.getvalue()))


def test_a_locked_document_does_not_go() -> None:
    out = io.BytesIO()
    with pikepdf.Pdf.new() as pdf:
        pdf.add_blank_page(page_size=(200, 100))
        pdf.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    with pytest.raises(Refused, match="locked with a password"):
        cleaned(io.BytesIO(out.getvalue()))


@pytest.mark.parametrize(
    ("form", "codec"), [("mp4", "libx264"), ("mov", "libx264"), ("mp4", "libx265"), ("webm", "libvpx-vp9")]
)
def test_a_video_keeps_every_picture_and_no_word(form: str, codec: str) -> None:
    data = video(VIDEO_WORDS, form=form, codec=codec)
    assert b"Geheim" in data
    copy = clean(data)
    assert b"Geheim" not in copy
    assert frames_of(copy) == frames_of(data)
    assert codec.removeprefix("lib").encode() not in copy  # what an encoder says of itself within the stream


def test_a_video_keeps_its_sound_and_the_way_it_is_held() -> None:
    data = media_files.video_with_sound()
    copy = clean(data)
    assert frames_of(copy) == frames_of(data)
    assert media_files.sound_of(copy) == media_files.sound_of(data) != []
    assert media_files.turn_of(copy) == media_files.turn_of(data) == 90


def test_tracks_beside_pictures_and_sound_do_not_go() -> None:
    data = media_files.video_with_subtitles("GeheimerUntertitel")
    assert b"GeheimerUntertitel" in data
    copy = clean(data)
    assert b"Geheim" not in copy
    assert frames_of(copy) == frames_of(data)


# --- what is no good -----------------------------------------------------------------------------

GOOD: dict[str, Callable[[], bytes]] = {
    "photo": photo, "progressive": lambda: photo(progressive=True), "picture": picture,
    "webp": lambda: picture(form="WEBP"), "document": document, "video": video,
    "webm": lambda: video(form="webm", codec="libvpx-vp9"),
}  # fmt: skip


@pytest.mark.parametrize("kind", GOOD)
def test_what_is_cut_off_or_scrambled_is_refused_or_clean(kind: str) -> None:
    data = GOOD[kind]()
    chance = random.Random(7)
    for _ in range(40):
        harmed = bytearray(data[: chance.randrange(len(data))] if chance.random() < 0.5 else data)
        for _ in range(chance.randrange(1, 12)):
            if harmed:
                harmed[chance.randrange(len(harmed))] = chance.randrange(256)
        said = ""
        try:
            copy = cleaned(io.BytesIO(bytes(harmed)))
        except Refused as refusal:
            said = str(refusal)
        assert "\n" not in said
        assert said or media_of(copy.data) is copy.media


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xd8\xff", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\0\0\0\0WEBP", b"\0\0\0\x18ftypmp42",
     b"\x1a\x45\xdf\xa3\x93\x42\x82\x84webm", b"PK\x03\x04", b"MZ", b"<svg/>", b"<html>", b"\0\0\0\x18ftypheic"],
    ids=repr,
)  # fmt: skip
def test_what_is_no_file_of_its_kind_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        cleaned(io.BytesIO(data), "x.jpg")
    assert str(refusal.value).startswith("x.jpg: ")
    assert "\n" not in str(refusal.value)


def test_a_picture_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    data = bytearray(picture())
    data[16:24] = (60_000).to_bytes(4, "big") * 2  # the width and height that its header says
    import zlib

    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    with pytest.raises(Refused, match="120 million pixels"):
        cleaned(io.BytesIO(bytes(data)))


def test_what_is_two_files_at_once_is_one_of_them_afterwards() -> None:
    archive = b"PK\x03\x04" + b"GeheimesArchiv" * 10
    for data in (photo() + archive, picture() + archive, document() + archive):
        copy = clean(data)
        assert b"PK\x03\x04" not in copy
        assert b"Geheim" not in copy


def test_words_that_stand_beside_what_a_page_draws_do_not_go() -> None:
    pdf = pikepdf.Pdf.new()
    pdf.add_blank_page(page_size=(200, 100))
    page = pdf.pages[0]
    layer = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name=pikepdf.String("GeheimeEbene")))
    pdf.Root.OCProperties = pikepdf.Dictionary(OCGs=[layer], D=pikepdf.Dictionary())
    glyph = pdf.make_stream(b"1000 0 d0 0 0 750 750 re f % GeheimerKommentar")
    letters = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type3, FontBBox=[0, 0, 750, 750],
        FontMatrix=[0.001, 0, 0, 0.001, 0, 0],
        CharProcs=pikepdf.Dictionary(A=glyph, B=glyph), FirstChar=65, LastChar=66, Widths=[1000, 1000],
        Encoding=pikepdf.Dictionary(Type=pikepdf.Name.Encoding, Differences=[65, pikepdf.Name.A, pikepdf.Name.B]),
    )  # fmt: skip
    form = pdf.make_stream(
        b"/Span << /ActualText (GeheimerText) >> BDC 1 0 0 rg 0 0 9 9 re f EMC", Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Form, BBox=[0, 0, 9, 9], OC=layer,
    )  # fmt: skip
    page.Resources = pikepdf.Dictionary(
        XObject=pikepdf.Dictionary(A=form), Font=pikepdf.Dictionary(B=letters), Properties=pikepdf.Dictionary(L=layer)
    )
    page.Contents = pdf.make_stream(
        b"% GeheimerKommentar\n/OC /L BDC /Span << /ActualText (GeheimerText) >> BDC /A Do EMC EMC"
        b" BT /B 9 Tf (AB) Tj ET"
    )
    out = io.BytesIO()
    pdf.save(out)
    plain = unpacked(clean(out.getvalue()))
    assert b"Geheim" not in plain
    assert b"/A Do" in plain
    assert b"(AB) Tj" in plain
    assert b"0 0 9 9 re" in plain
    with pikepdf.open(io.BytesIO(clean(out.getvalue()))) as again:
        resources = again.pages[0].Resources
        assert sorted(resources.Font.B.CharProcs.keys()) == ["/A", "/B"]
        assert "/Properties" not in resources
