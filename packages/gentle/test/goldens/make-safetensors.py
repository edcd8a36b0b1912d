"""Writes safetensors.safetensors with Python's own struct and json alone: one tensor of every type that is read.

The layout is that of the Rust library: wider types first, the header padded with spaces to 8 bytes. Run: python3 make-safetensors.py
"""

import json
import struct
from pathlib import Path

tensors = [
    ("steps", "I64", [], struct.pack("<q", -3)),
    ("fine", "F64", [2], struct.pack("<2d", 0.1, -1e30)),
    ("layer.weight", "F32", [2, 3], struct.pack("<6f", 0, 1, -2, 0.5, 3.4028234663852886e38, float("-inf"))),
    ("labels", "I32", [3], struct.pack("<3i", 7, -(2**31), 2**31 - 1)),
    # One, the largest, the smallest subnormal, the largest subnormal, -0, -infinity, a third.
    ("half", "F16", [7], struct.pack("<7H", 0x3C00, 0x7BFF, 0x0001, 0x03FF, 0x8000, 0xFC00, 0x3555)),
    # One, pi rounded, -0, infinity: the upper halves of float32.
    ("brain", "BF16", [2, 2], struct.pack("<4H", 0x3F80, 0x4049, 0x8000, 0x7F80)),
    ("empty", "F32", [0, 4], b""),
    ("short", "I16", [2], struct.pack("<2h", -(2**15), 2**15 - 1)),
    ("byte", "I8", [2], struct.pack("<2b", -128, 127)),
    ("pixels", "U8", [3], bytes([0, 128, 255])),
    # PyTorch writes 1; any other byte but 0 is true too.
    ("mask", "BOOL", [3, 1], bytes([1, 0, 2])),
]

header = {"__metadata__": {"format": "pt", "made by": "struct ✓"}}
body = b""
for name, dtype, shape, data in tensors:
    header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(body), len(body) + len(data)]}
    body += data
text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
text += b" " * (-len(text) % 8)
path = Path(__file__).with_name("safetensors.safetensors")
path.write_bytes(struct.pack("<Q", len(text)) + text + body)
