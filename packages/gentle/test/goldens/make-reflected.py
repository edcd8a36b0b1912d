#!/usr/bin/python3
"""Writes reflected.json: pictures padded by NumPy's reflect, which does not repeat the edge. Run with a Python that has numpy."""
import json
from pathlib import Path

import numpy as np

cases = []
for (rows, columns), (down, across) in [((4, 5), (2, 3)), ((3, 2), (7, 4)), ((1, 6), (2, 2))]:
    picture = np.arange(rows * columns).reshape(rows, columns) ** 2
    padded = np.pad(picture, ((down, down), (across, across)), mode="reflect")
    cases.append({"picture": picture.tolist(), "down": down, "across": across, "padded": padded.tolist()})
Path(__file__).with_name("reflected.json").write_text(json.dumps(cases) + "\n")
