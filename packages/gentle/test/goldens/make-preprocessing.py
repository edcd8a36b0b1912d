#!/usr/bin/python3
"""What torchvision makes of picture files before a network sees them, and what PIL reads in them: preprocessing.json. Run with Debian's python3-torchvision and python3-pil."""
import base64
import io
import json
from pathlib import Path

import numpy
from PIL import Image, ImageOps
from torchvision import transforms
from torchvision.transforms import functional

draw = numpy.random.default_rng(15)


def picture(height, width):
    """Slopes and noise, so that a shift by a part of a pixel is seen."""
    rows, columns = numpy.mgrid[0:height, 0:width]
    slopes = [255 * columns / width, 255 * rows / height, 127 + 100 * numpy.sin(columns / 3) * numpy.cos(rows / 2)]
    noise = draw.integers(-20, 21, (height, width, 3))
    return Image.fromarray((numpy.stack(slopes, -1) + noise).clip(0, 255).astype("u1"))


def stored(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def text(data):
    return base64.b64encode(bytes(data)).decode()


# Offsets of halves, to both sides; crops larger than the picture, in one axis and in both; more than four times as large; JPEG of all three kinds of chroma.
prepared = []
for (height, width), shorter_side, crop, options in [
    ((12, 16), 16, (14, 14), {}),
    ((16, 12), 16, (14, 14), {}),
    ((15, 20), 8, (7, 8), {}),
    ((9, 31), 7, (6, 6), {}),
    ((20, 20), 16, (14, 60), {}),
    ((10, 30), 8, (11, 13), {}),
    ((5, 4), 9, (12, 15), {}),
    ((40, 90), 8, (8, 8), {"subsampling": 0}),
    ((61, 47), 8, (7, 7), {"subsampling": 1}),
    ((96, 128), 9, (8, 8), {"subsampling": 2}),
]:
    image = picture(height, width)
    file = stored(image, "JPEG", quality=75, **options) if options else stored(image, "PNG")
    prepare = transforms.Compose([transforms.Resize(shorter_side), transforms.CenterCrop(crop)])
    seen = prepare(Image.open(io.BytesIO(file)).convert("RGB"))
    case = {"height": height, "width": width, "shorterSide": shorter_side, "crop": crop, "file": text(file), "seen": text(seen.tobytes())}
    prepared.append(case)

# [height, width, shorter side] and the size that torchvision scales to.
sizes = []
for height, width, shorter_side in [*draw.integers(1, 2001, (60, 3)).tolist(), [447, 1200, 256], [480, 640, 256], [3, 2000, 232]]:
    sizes.append([height, width, shorter_side, *functional._compute_resized_output_size((height, width), [shorter_side])])

image = picture(6, 9)
grey = image.convert("L")
opacity = Image.fromarray(draw.integers(0, 256, (6, 9), "u1"))
colours = image.convert("RGBA")
colours.putalpha(opacity)
white = Image.new("RGBA", image.size, "white")
files = {
    "PNG of colours": stored(image, "PNG"),
    "PNG of greys": stored(grey, "PNG"),
    "PNG of single bits": stored(grey.convert("1"), "PNG"),
    "PNG with a palette": stored(image.quantize(16), "PNG"),
    "PNG with a palette of two bits": stored(image.quantize(3), "PNG", bits=2),
    "GIF": stored(image.quantize(32), "GIF"),
    "TIFF": stored(image, "TIFF", compression="tiff_lzw"),
    "TIFF of single bits, fax": stored(grey.convert("1"), "TIFF", compression="group4"),
    "WebP, lossless": stored(image, "WEBP", lossless=True),
    "JPEG of greys": stored(grey, "JPEG"),
    "JPEG, progressive": stored(image, "JPEG", progressive=True),
    **{f"JPEG, chroma {kind}": stored(image, "JPEG", subsampling=kind) for kind in ["4:4:4", "4:2:2", "4:2:0"]},
}
for orientation in range(2, 9):
    exif = Image.Exif()
    exif[0x112] = orientation
    files[f"PNG of EXIF orientation {orientation}"] = stored(image, "PNG", exif=exif)
read = {}
for name, file in files.items():
    seen = ImageOps.exif_transpose(Image.open(io.BytesIO(file))).convert("RGB")
    read[name] = {"file": text(file), "height": seen.height, "width": seen.width, "pixels": text(seen.tobytes())}
# PIL's convert("RGB") shows what lies below transparent pixels; over white they are composed by alpha_composite.
read["PNG with opacity, over white"] = {
    "file": text(stored(colours, "PNG")),
    "height": 6,
    "width": 9,
    "pixels": text(Image.alpha_composite(white, colours).convert("RGB").tobytes()),
}
refused = {
    "floats": text(stored(Image.fromarray(numpy.ones((2, 2), "f4")), "TIFF")),
    "32-bit integers": text(stored(Image.fromarray(numpy.ones((2, 2), "i4")), "TIFF")),
}
golden = {"prepared": prepared, "sizes": sizes, "read": read, "refused": refused}
Path(__file__).with_name("preprocessing.json").write_text(json.dumps(golden) + "\n")
