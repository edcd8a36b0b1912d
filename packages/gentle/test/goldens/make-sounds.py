"""
What others make of sounds: sounds.json. Run with Debian's sox, ffmpeg, python3-numpy, python3-scipy, python3-torch and python3-torchaudio.

`files`: a WAV file of each kind as sox or ffmpeg writes it, with the samples that sox reads from it as 32-bit whole numbers (for 64-bit floating point, those
that were written). `others`: a tone of 440 Hz in other formats. `resampled`: noise by scipy.signal.resample_poly, with the filter of the same specification designed by scipy.signal.firwin. `spectra`: power spectra by
torch.stft. `mel`: filters by torchaudio.
"""
import base64
import json
import os
import subprocess
import tempfile

import numpy
import scipy.io.wavfile
import scipy.signal
import torch
import torchaudio.functional

draw = numpy.random.default_rng(16)
folder = tempfile.mkdtemp()


def at(name):
    return os.path.join(folder, name)


def run(*command, data=None):
    return subprocess.run(command, input=data, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def base(data):
    return base64.b64encode(data).decode()


def short(values, digits=6):
    return [float(f"{value:.{digits}g}") for value in numpy.asarray(values, dtype=numpy.float64).ravel()]


# The least and the largest value, and what lies between.
source = draw.uniform(-1, 1, (9, 2))
source[0] = [-1, 1 - 2.0**-31]
source[1] = [0, 2.0**-15]
whole = numpy.round(source * 2**31).clip(-(2**31), 2**31 - 1).astype("<i4")
scipy.io.wavfile.write(at("source.wav"), 8000, whole)

files = []


def add(name, data):
    """A file, as sox reads it: 32-bit whole numbers, [samples, channels]."""
    path = at("case.wav")
    with open(path, "wb") as file:
        file.write(data)
    raw = run("sox", "-V1", "-D", path, "-t", "raw", "-e", "signed", "-b", "32", "-")
    values = numpy.frombuffer(raw, "<i4").reshape(-1, 2)
    files.append({"name": name, "bytes": base(data), "samples": values.tolist()})


for name, options in {
    "sox, PCM of 8 bits": ["-e", "unsigned", "-b", "8"],
    "sox, PCM of 16 bits": ["-e", "signed", "-b", "16"],
    "sox, PCM of 24 bits, extensible": ["-e", "signed", "-b", "24"],
    "sox, PCM of 32 bits, extensible": ["-e", "signed", "-b", "32"],
    "sox, floating point of 32 bits": ["-e", "float", "-b", "32"],
    "sox, floating point of 64 bits": ["-e", "float", "-b", "64"],
    "sox, mu-law": ["-e", "mu-law"],
    "sox, A-law": ["-e", "a-law"],
    "sox, into a pipe": ["-e", "signed", "-b", "16"],
}.items():
    add(name, run("sox", "-V1", "-D", at("source.wav"), "-t", "wav", *options, "-"))
for name, codec, options in [
    ("ffmpeg, PCM of 24 bits", "pcm_s24le", []),
    ("ffmpeg, RF64", "pcm_s16le", ["-rf64", "always"]),
]:
    run("ffmpeg", "-y", "-i", at("source.wav"), "-c:a", codec, "-metadata", "title=odd", *options, at("made.wav"))
    with open(at("made.wav"), "rb") as file:
        add(name, file.read())
add(
    "ffmpeg, into a pipe",
    run("ffmpeg", "-i", at("source.wav"), "-c:a", "pcm_s16le", "-f", "wav", "-"),
)

# Every byte of both logarithmic scales, as sox reads it: in 16 bits.
g711 = {
    name: numpy.frombuffer(
        run("sox", "-t", "raw", "-r", "8000", "-c", "1", "-e", name, "-b", "8", "-", "-D", "-t", "raw", "-e", "signed", "-b", "16", "-", data=bytes(range(256))),
        "<i2",
    ).tolist()
    for name in ("mu-law", "a-law")
}

# A tone of 440 Hz as other formats have it; those that lose something are compared loosely.
tone = numpy.round(0.5 * numpy.sin(2 * numpy.pi * 440 * numpy.arange(1600) / 16000) * 2**15).astype("<i2")
scipy.io.wavfile.write(at("tone.wav"), 16000, tone)
others = {}
for ending in ("flac", "mp3", "ogg", "opus"):
    run("ffmpeg", "-y", "-i", at("tone.wav"), "-bitexact", at("tone." + ending))
    with open(at("tone." + ending), "rb") as file:
        others[ending] = base(file.read())

noise = draw.uniform(-1, 1, 60).astype(numpy.float32)
resampled = []
for up, down in [(2, 1), (1, 2), (3, 2), (80, 441), (10, 9)]:
    share = min(1, up / down)
    half = int(numpy.ceil((100 - 7.95) / (2.285 * numpy.pi * 0.1 * share) / 2))
    taps = scipy.signal.firwin(2 * half * up + 1, 0.95 * share / up, window=("kaiser", 0.1102 * (100 - 8.7)))
    result = scipy.signal.resample_poly(noise.astype(numpy.float64), up, down, window=taps)
    resampled.append({"up": up, "down": down, "samples": short(result)})

sound = draw.uniform(-1, 1, 400).astype(numpy.float32)
spectra = []
for length, step, fourier, window, periodic, padding in [
    (160, 80, 160, "hann", True, "none"),
    (200, 80, 256, "hamming", True, "reflect"),
    (200, 80, 256, "hann", False, "zeros"),
    (75, 50, 75, "hamming", False, "none"),
]:
    shape = {"hann": torch.hann_window, "hamming": torch.hamming_window}[window](length, periodic=periodic, dtype=torch.float64)
    result = torch.stft(
        torch.tensor(sound, dtype=torch.float64),
        fourier,
        step,
        length,
        shape,
        center=padding != "none",
        pad_mode="reflect" if padding == "reflect" else "constant",
        return_complex=True,
    )
    power = (result.abs() ** 2).T
    # Every third frequency is enough.
    spectra.append({
        "length": length, "step": step, "fourier": fourier, "window": window, "kind": "periodic" if periodic else "symmetric",
        "padding": padding, "frames": power.shape[0], "power": short(power[:, ::3]),
    })

mel = []
for scale in ("htk", "slaney"):
    for normalization in ("height", "area"):
        weights = torchaudio.functional.melscale_fbanks(
            81, 60.0, 3800.0, 12, 8000, norm="slaney" if normalization == "area" else None, mel_scale=scale
        )
        mel.append({"scale": scale, "normalization": normalization, "weights": [round(float(v), 6) for v in weights.T.ravel()]})

with open(os.path.join(os.path.dirname(__file__), "sounds.json"), "w") as file:
    json.dump(
        {"files": files, "g711": g711, "others": others, "noise": short(noise, 9), "resampled": resampled, "sound": short(sound, 9), "spectra": spectra, "mel": mel},
        file,
    )
    file.write("\n")
