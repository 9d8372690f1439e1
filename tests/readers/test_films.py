#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Films as ffprobe and, for WebP, Pillow read them: codec, frames, length, colours, and that an MP4 plays while it loads."""
import json
import struct
import subprocess

from PIL import Image

from prepared import PAIR, DayTest, main

VISIT = [PAIR, "imgs/2022-02-05T09:13:36_chickadee_sparrow.jpg", "imgs/2022-02-05T09:13:40_chickadee_sparrow.jpg"]
FPS = 4
SECONDS = len(VISIT) / FPS


def boxes(path):
    """Kinds of the boxes of an MP4 file, in order."""
    found = []
    with open(path, "rb") as file:
        while header := file.read(8):
            size, kind = struct.unpack(">I4s", header)
            if size == 1:
                size = struct.unpack(">Q", file.read(8))[0] - 8
            found.append(kind.decode("ascii"))
            file.seek(size - 8, 1)
    return found


class Films(DayTest):
    def film(self, ending):
        report = self.export("film", "--image", ending, "--fps", FPS, *(word for frame in VISIT for word in ("--frame", frame)))
        (path,) = report["written"]
        self.assertTrue(path.endswith("/films/2022-02-05T09:13:32." + ending), path)
        return path

    def probe(self, path):
        done = subprocess.run(["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json", path],
                              capture_output=True, text=True, check=True)
        self.assertEqual(done.stderr, "")
        found = json.loads(done.stdout)
        (stream,) = found["streams"]
        self.assertEqual(int(stream["nb_read_frames"]), len(VISIT))
        self.assertEqual(stream["avg_frame_rate"], f"{FPS}/1")
        self.assertAlmostEqual(float(found["format"]["duration"]), SECONDS, places=3)
        return stream

    def test_mp4(self):
        path = self.film("mp4")
        stream = self.probe(path)
        self.assertEqual((stream["codec_name"], stream["pix_fmt"]), ("h264", "yuv420p"))
        self.assertEqual((stream["width"] % 2, stream["height"] % 2), (0, 0))
        self.assertEqual([stream.get(name) for name in ("color_range", "color_space", "color_transfer", "color_primaries")],
                         ["tv", "bt709", "bt709", "bt709"])
        order = boxes(path)
        self.assertEqual(order[0], "ftyp")
        self.assertLess(order.index("moov"), order.index("mdat"))

    def test_gif(self):
        path = self.film("gif")
        self.assertEqual(self.probe(path)["codec_name"], "gif")
        self.check_pictures(path, "GIF")

    def test_webp(self):
        # FFmpeg 5 does not read films of this format.
        self.check_pictures(self.film("webp"), "WEBP")

    def check_pictures(self, path, kind):
        with Image.open(path) as film:
            self.assertEqual((film.format, film.n_frames, film.info["loop"]), (kind, len(VISIT), 0))
            seen = set()
            for number in range(film.n_frames):
                film.seek(number)
                film.load()
                self.assertEqual(film.info["duration"], 1000 // FPS)
                seen.add(film.convert("RGB").tobytes())
        self.assertEqual(len(seen), len(VISIT), "pictures are the same")


if __name__ == "__main__":
    main()
