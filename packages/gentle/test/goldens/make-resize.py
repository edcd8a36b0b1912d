"""What PIL makes of pictures at other sizes, float32: resize.json. Run with Debian's python3-pil and python3-numpy."""
import json
import os

import numpy
from PIL import Image

draw = numpy.random.default_rng(4)
cases = []
for (height, width), (new_height, new_width) in [
    ((5, 7), (11, 13)),
    ((16, 16), (7, 5)),
    ((28, 28), (14, 14)),
    ((9, 12), (9, 4)),
    ((1, 1), (3, 2)),
    ((20, 3), (4, 6)),
]:
    picture = draw.integers(0, 256, (height, width)).astype(numpy.float32) / 255
    resized = Image.fromarray(picture).resize((new_width, new_height), Image.BILINEAR)
    cases.append({
        "height": height,
        "width": width,
        "picture": [int(round(v * 255)) for v in picture.ravel()],
        "newHeight": new_height,
        "newWidth": new_width,
        "resized": [round(float(v), 6) for v in numpy.array(resized).ravel()],
    })

with open(os.path.join(os.path.dirname(__file__), "resize.json"), "w") as file:
    json.dump(cases, file)
    file.write("\n")
