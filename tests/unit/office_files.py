"""Small office files, honest and not, for tests."""

from __future__ import annotations

import zipfile
from io import BytesIO

ODT = "application/vnd.oasis.opendocument.text"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 \x18\x00\x00\x00"


def archive(entries: dict[str, bytes], stored: tuple[str, ...] = ()) -> bytes:
    """Zip entries, in their order."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in entries.items():
            kind = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            opened.writestr(zipfile.ZipInfo(name), content, kind)
    return made.getvalue()


def odt(**more: bytes) -> bytes:
    """A text of OpenDocument."""
    entries = {"mimetype": ODT.encode(), "content.xml": b"<office:document-content/>", **more}
    return archive(entries, ("mimetype",))


def content_types(media_type: str = DOCX) -> bytes:
    """What names the main part of an Office Open file."""
    return f'<Types><Override PartName="/main.xml" ContentType="{media_type}.main+xml"/></Types>'.encode()


def docx(**more: bytes) -> bytes:
    """A text of Office Open."""
    return archive({"[Content_Types].xml": content_types(), "word/document.xml": b"<w:document/>", **more})
