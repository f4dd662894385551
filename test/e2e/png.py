"""Reads the pixels of a PNG of eight bits per channel, as a browser makes them of its screen."""
import struct
import zlib

CHANNELS = {2: 3, 6: 4}  # by colour type


def paeth(left, up, corner):
    guess = left + up - corner
    return min((left, up, corner), key=lambda value: abs(guess - value))


def unfilter(kind, line, before, step):
    """A line of bytes as they were before the filter (PNG specification, section 9)."""
    if kind == 0:
        return line
    if kind == 2:
        return bytearray((a + b) & 255 for a, b in zip(line, before))
    for i, value in enumerate(line):
        left = line[i - step] if i >= step else 0
        corner = before[i - step] if i >= step else 0
        guess = {1: left, 3: (left + before[i]) // 2, 4: paeth(left, before[i], corner)}[kind]
        line[i] = (value + guess) & 255
    return line


class Picture:
    def __init__(self, data):
        assert data.startswith(b"\x89PNG\r\n\x1a\n")
        at, packed = 8, b""
        while at < len(data):
            size, kind = struct.unpack_from(">I4s", data, at)
            body = data[at + 8:at + 8 + size]
            if kind == b"IHDR":
                self.width, self.height, depth, colour, _, _, laced = struct.unpack(">IIBBBBB", body)
                assert depth == 8 and laced == 0
            if kind == b"IDAT":
                packed += body
            at += 12 + size
        self.step = CHANNELS[colour]
        self.lines = self.unpack(zlib.decompress(packed))

    def unpack(self, raw):
        stride, before, lines = self.width * self.step, bytearray(self.width * self.step), []
        for y in range(self.height):
            at = y * (stride + 1)
            before = unfilter(raw[at], bytearray(raw[at + 1:at + 1 + stride]), before, self.step)
            lines.append(before)
        return lines

    def colours(self, x, y, width, height):
        """How many pixels of that part of the picture have each colour."""
        counts = {}
        for line in self.lines[y:y + height]:
            for i in range(x * self.step, (x + width) * self.step, self.step):
                colour = tuple(line[i:i + 3])
                counts[colour] = counts.get(colour, 0) + 1
        return counts
