"""Writes tar archives as Python's tarfile does, which WebDataset writes them by, in its three formats: python3 make-shards.py"""
import io, os, struct, tarfile, zlib

here = os.path.join(os.path.dirname(__file__), "shards")

def png(value):
    """A grey picture of 2 x 2, as bright as value."""
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes([value] * 2) for _ in range(2))
    header = struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")

folder = "a-folder-with-a-name-of-forty-characters"
names = ["0000", f"{folder}/{folder}/{folder}/0001", "x" * 140, "größe/" + "ö" * 60]

for name, format in [("ustar", tarfile.USTAR_FORMAT), ("gnu", tarfile.GNU_FORMAT), ("pax", tarfile.PAX_FORMAT)]:
    with tarfile.open(os.path.join(here, f"{name}.tar"), "w", format=format) as archive:
        # The first of these formats has no room for the longest names.
        for i, key in enumerate(names[:2] if name == "ustar" else names):
            for ending, data in [("png", png(50 * i)), ("cls", str(i % 2).encode()), ("json", b'{"caption": "a square"}')]:
                member = tarfile.TarInfo(f"{key}.{ending}")
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
