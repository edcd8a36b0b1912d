#!/usr/bin/python3
"""Writes npy.json: .npy files that NumPy wrote, in base64, with their values. Run with a Python that has numpy."""
import base64
import io
import json
from pathlib import Path

import numpy as np


def written(array, version=(1, 0)):
    file = io.BytesIO()
    np.lib.format.write_array(file, np.asanyarray(array), version=version)
    return base64.b64encode(file.getvalue()).decode()


numbers = np.array([[0, 1, -2.5], [1 / 3, 100, -0.125]])
grid = np.arange(24).reshape(2, 3, 4)
arrays = {
    "float32": numbers.astype("<f4"),
    "float64": numbers,
    "float16": numbers.astype("<f2"),
    "int64": np.array([2**31 - 1, -(2**31)]),
    "int32": np.array([2**31 - 1, -(2**31)], "<i4"),
    "int16": np.array([-32768, 5], "<i2"),
    "int8": np.array([-128, 127], "i1"),
    "uint8": np.array([0, 255], "u1"),
    "uint16": np.array([0, 65535], "<u2"),
    "uint32": np.array([0, 2**31 - 1], "<u4"),
    "uint64": np.array([0, 2**31 - 1], "<u8"),
    "bool": np.array([True, False]),
    "big-endian float64": numbers.astype(">f8"),
    "big-endian float32": numbers.astype(">f4"),
    "big-endian float16": numbers.astype(">f2"),
    "big-endian int64": np.array([2**31 - 1, -(2**31)], ">i8"),
    "big-endian int32": np.array([2**31 - 1, -(2**31)], ">i4"),
    "big-endian uint16": np.array([[1, 65535, 258]], ">u2"),
    "big-endian, Fortran order": np.asfortranarray(grid.astype(">i2")),
    "a scalar": np.float32(1.5),
    "one axis": np.arange(3, dtype="<f4"),
    "no elements": np.zeros((0, 4), "<f4"),
    "Fortran order": np.asfortranarray(grid.astype("<f4")),
    "Fortran order of bytes": np.asfortranarray(grid.astype("u1")),
}
read = {name: (written(array), array) for name, array in arrays.items()}
read["version 2"] = (written(arrays["float32"], (2, 0)), arrays["float32"])
read["version 3"] = (written(arrays["float32"], (3, 0)), arrays["float32"])
refused = {
    "complex numbers": written(numbers.astype("<c8")),
    "unsigned integers that int32 cannot hold": written(np.array([1, 2**31], "<u4")),
    "records": written(np.zeros(2, [("a", "<f4")])),
    "objects": written(np.array([None, 1])),
    "large integers": written(np.array([2**31])),
    "large unsigned integers": written(np.array([2**63], ">u8")),
    "floats beyond float32": written(np.array([1.0, 1e39])),
    "extended precision": written(np.array([1], np.longdouble)),
    "texts": written(np.array(["a", "b"])),
    "dates": written(np.array(["2020-01-01"], "datetime64[D]")),
}
golden = {
    "read": {
        name: {"file": file, "shape": list(a.shape), "integer": a.dtype.kind != "f", "values": a.astype("f8").flatten().tolist()}
        for name, (file, a) in read.items()
    },
    "refused": refused,
}
Path(__file__).with_name("npy.json").write_text(json.dumps(golden, indent=1) + "\n")
