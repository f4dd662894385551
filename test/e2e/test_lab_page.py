"""The page that `ting lab` writes, as a program reads it and as a browser shows it."""
import re
import subprocess
import unittest
from xml.etree import ElementTree

import browser
import server
from png import Picture

MODELS = ["epoll", "thread"]
TRANSPORTS = ["tcp", "unix"]
FIGURES = 6
WIDTHS = [1440, 700, 360]


class Page(server.Test):
    def measure(self, *arguments):
        out = self.folder()
        done = subprocess.run(
            [server.TING, "lab", "--out", str(out), "--models", ",".join(MODELS), "--transports",
             ",".join(TRANSPORTS), "--clients", "1,3", "--seconds", "0.05", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            timeout=2 * server.PATIENCE)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.words = done.stdout
        return out / "lab.html"


class Text(Page):
    def test_it_is_well_formed_and_complete(self):
        text = self.measure().read_text()
        tree = ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>\n"))
        charts = tree.findall(".//svg[@class='chart']")
        self.assertEqual(len(charts), FIGURES * len(TRANSPORTS))
        for chart in charts:
            self.assertEqual(chart.get("role"), "img")
            self.assertEqual(chart.find("title").get("id"), chart.get("aria-labelledby"))
            self.assertEqual(len(chart.findall("g[@class]")), 1 + len(MODELS))
            self.assertEqual(len(chart.findall(".//path[@class='mark']")), 2 * (1 + len(MODELS)))
        ids = [element.get("id") for element in tree.iter() if element.get("id")]
        self.assertEqual(len(ids), len(set(ids)))
        for figure in tree.findall(".//figure"):
            rows = [[cell.text for cell in row] for row in figure.findall(".//tr")]
            self.assertEqual(rows[0], ["clients", "1", "3"])
            self.assertEqual([row[0] for row in rows[1:]], ["floor", *MODELS])
            self.assertTrue(all(re.match(r"\d", cell) for row in rows[1:] for cell in row[1:]))

    def test_it_says_the_same_words_as_the_terminal(self):
        tree = ElementTree.fromstring(
            self.measure().read_text().removeprefix("<!DOCTYPE html>\n"))
        articles = tree.findall(".//div[@class='answers']/article")
        self.assertGreaterEqual(len(articles), 3)
        for article in articles:
            self.assertIn(article.find("h3").text + "\n", self.words)
            for answer in article.findall("p"):
                lead = answer.find("b")
                text = answer.text if lead is None else f"{lead.text}:{lead.tail}"
                self.assertIn(f"  {text}\n", self.words)

    def test_it_needs_nothing_else(self):
        text = self.measure().read_text()
        self.assertNotRegex(text, r"https?://|src=|@import|url\(|<script|<link")

    def test_a_command_line_is_shown_as_it_was(self):
        out = self.folder() / "<a href=\"x\">&"
        text = self.measure("--out", str(out))
        text = (out / "lab.html").read_text()
        self.assertIn("--out /tmp/", text)
        self.assertIn("&lt;a href=&quot;x&quot;&gt;&amp;</code>", text)


@unittest.skipUnless(browser.CHROMIUM, "needs chromium")
class Screen(Page):
    def test_nothing_is_wider_than_the_window(self):
        page = self.measure()
        for width in WIDTHS:
            with self.subTest(width=width):
                found = browser.probe(page, width)
                # Chromium's windows are at least 500 pixels wide.
                self.assertLessEqual(found["page"][0], max(width, 500))
                for (x, y, w, h), (left, top, chart_w, chart_h) in found["text"]:
                    self.assertTrue(left <= x and x + w <= left + chart_w + 1, (x, w, left))
                    self.assertTrue(top - 1 <= y and y + h <= top + chart_h + 1, (y, h, top))

    def test_every_chart_shows_every_model(self):
        page = self.measure()
        found = browser.probe(page, WIDTHS[0])
        picture = page.with_name("page.png")
        browser.show(page, f"--window-size={WIDTHS[0]},{found['page'][1]}",
                      f"--screenshot={picture}")
        pixels = Picture(picture.read_bytes())
        self.assertEqual(len(found["charts"]), FIGURES * len(TRANSPORTS))
        for chart in found["charts"]:
            colours = pixels.colours(*chart["box"])
            ground = max(colours, key=colours.get)
            total = sum(colours.values())
            self.assertTrue(0.5 * total < colours[ground] < 0.995 * total, chart)
            self.assertEqual(len(chart["series"]), 1 + len(MODELS))
            for series in chart["series"][1:]:  # the floor may lie under another
                self.assertGreater(colours.get(tuple(series), 0), 40, (chart, series))


if __name__ == "__main__":
    unittest.main()
