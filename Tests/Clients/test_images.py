"""Picture files read by the program and by Pillow: the same pixels."""

import pathlib
import subprocess

import numpy
import pytest
from conftest import PROGRAM
from PIL import Image


def picture(mode, width=37, height=23):
    """A smooth picture with some texture, so that every row and column differs."""
    y, x = numpy.mgrid[0:height, 0:width]
    planes = [
        (x * 255 // (width - 1)),
        (y * 255 // (height - 1)),
        (x * y) % 256,
        255 - (x + y) % 200,
    ]
    rgb = numpy.stack(planes[:3], axis=-1).astype(numpy.uint8)
    if mode == "RGBA":
        return Image.fromarray(numpy.stack(planes, axis=-1).astype(numpy.uint8), "RGBA")
    return Image.fromarray(rgb, "RGB").convert(mode)


def animated(path):
    frames = [picture("P"), picture("P").transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    frames[0].save(path, save_all=True, append_images=frames[1:])


def sixteen_bit(path):
    values = (numpy.arange(23 * 37).reshape(23, 37) * 70 % 65536).astype(numpy.uint16)
    Image.fromarray(values).save(path)


def turned(path):
    """A photo that says it was taken with the camera on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    picture("RGB").save(path, exif=exif, quality=95)


def transparent_palette(path):
    paletted = picture("RGB").quantize(16)
    paletted.save(path, transparency=3)


def animated_png(path):
    frames = [picture("RGB"), picture("RGB").transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    frames[0].save(path, save_all=True, append_images=frames[1:])


# What is written, and how far a sample may be from what Pillow reads.
CASES = {
    "rgb.png": (lambda path: picture("RGB").save(path), 0),
    "gray.png": (lambda path: picture("L").save(path), 0),
    "bits.png": (lambda path: picture("1").save(path), 0),
    "palette.png": (lambda path: picture("P").save(path), 0),
    "alpha.png": (lambda path: picture("RGBA").save(path), 1),
    "gray-alpha.png": (lambda path: picture("RGBA").convert("LA").save(path), 1),
    "palette-alpha.png": (transparent_palette, 1),
    "animated.png": (animated_png, 0),
    "sixteen.png": (sixteen_bit, 1),
    "rgb.bmp": (lambda path: picture("RGB").save(path), 0),
    "palette.bmp": (lambda path: picture("P").save(path), 0),
    "bits.bmp": (lambda path: picture("1").save(path), 0),
    "alpha.bmp": (lambda path: picture("RGBA").save(path), 1),
    "animated.gif": (animated, 0),
    "gray.gif": (lambda path: picture("L").save(path), 0),
    "transparent.gif": (transparent_palette, 0),
    "straight.gif": (lambda path: picture("P").save(path, interlace=0), 0),
    "rgb.ppm": (lambda path: picture("RGB").save(path), 0),
    "gray.pgm": (lambda path: picture("L").save(path), 0),
    "bits.pbm": (lambda path: picture("1").save(path), 0),
    "sixteen.pgm": (sixteen_bit, 1),
    "good.jpg": (lambda path: picture("RGB").save(path, quality=95, subsampling=0), 1),
    "usual.jpg": (lambda path: picture("RGB").save(path, quality=75), 1),
    "progressive.jpg": (lambda path: picture("RGB").save(path, progressive=True), 1),
    "gray.jpg": (lambda path: picture("L").save(path), 1),
    "turned.jpg": (turned, 1),
    "ink.jpg": (lambda path: picture("RGB").convert("CMYK").save(path), 1),
}


def by_pillow(path):
    """What Pillow reads, transparency laid over white, as [c, h, w]."""
    with Image.open(path) as image:
        image.seek(0)
        if image.mode.startswith("I"):
            return (numpy.asarray(image).astype(numpy.float64) / 65535 * 255)[None]
        if image.mode in ("L", "1"):
            return numpy.asarray(image.convert("L"))[None]
        if image.mode in ("LA", "PA") or "transparency" in image.info:
            image = image.convert("RGBA")
        if image.mode == "RGBA":
            image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
        return numpy.asarray(image.convert("RGB")).transpose(2, 0, 1)


@pytest.fixture(scope="module")
def decoded(tmp_path_factory):
    """All cases read in one run of the program: name to array."""
    folder = tmp_path_factory.mktemp("images")
    lines = []
    for name, (write, _) in CASES.items():
        write(folder / name)
        lines.append(f'writeArray(readImage("{folder / name}") * 255, to: "{folder / name}.npy")')
    program = folder / "read.cnn"
    program.write_text("\n".join(lines))
    subprocess.run([PROGRAM, str(program)], check=True, timeout=120)
    return {name: numpy.load(folder / f"{name}.npy") for name in CASES} | {"folder": folder}


@pytest.mark.parametrize("name", CASES)
def test_pixels_are_pillows(decoded, name):
    ours = decoded[name]
    theirs = by_pillow(pathlib.Path(decoded["folder"]) / name).astype(numpy.float64)
    if ours.shape[0] == 3 and theirs.shape[0] == 1:
        theirs = numpy.repeat(theirs, 3, axis=0)
    assert ours.shape == theirs.shape
    assert numpy.abs(ours - theirs).max() <= CASES[name][1] + 1e-3


def test_resizing_is_pillows(tmp_path):
    """A folder of pictures brought to one size: Pillow's bilinear resize."""
    for number in range(2):
        (tmp_path / "set" / f"{number}").mkdir(parents=True)
        picture("RGB", 64, 48).save(tmp_path / "set" / f"{number}" / "a.png")
    program = tmp_path / "read.cnn"
    program.write_text(
        f'let data = ImageFolder("{tmp_path / "set"}", size: [24, 32], fit: .stretch)\n'
        f'writeArray(data.train[0].image * 255, to: "{tmp_path / "small.npy"}")\n'
    )
    subprocess.run([PROGRAM, str(program)], check=True, timeout=60)
    theirs = numpy.asarray(picture("RGB", 64, 48).resize((32, 24), Image.Resampling.BILINEAR)).transpose(2, 0, 1)
    assert numpy.abs(numpy.load(tmp_path / "small.npy") - theirs).max() <= 1.001
