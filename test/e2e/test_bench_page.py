"""The page that `ting bench` writes, as a program reads it and as a browser shows it."""
import subprocess
import unittest
from xml.etree import ElementTree

import browser
import server

CHARTS = 4
WIDTH = 700


class Page(server.Test):
    def measure(self, *arguments):
        broker = self.serve("-p", "0")
        page = self.folder() / "bench.html"
        done = subprocess.run(
            [server.TING, "bench", f"127.0.0.1:{broker.port}", "--pid", str(broker.process.pid), "--seconds", "0.5",
             "--html", str(page), *arguments],
            stdout=subprocess.PIPE, text=True, check=False, timeout=server.PATIENCE)
        self.assertEqual(done.returncode, 0, done.stdout)
        return page, done.stdout

    def test_it_is_well_formed_and_says_what_the_terminal_says(self):
        page, words = self.measure("--username", "<you & me>", "--pw", "secret")
        text = page.read_text()
        tree = ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>\n"))
        self.assertEqual(tree.find(".//pre").text, words)
        self.assertIn("--username <you & me> --pw ***", tree.find(".//code").text)
        self.assertNotIn("secret", text)
        charts = tree.findall(".//svg[@class='chart']")
        self.assertEqual([chart.get("aria-labelledby") for chart in charts],
                         ["latency", "throughput", "cpu", "memory"])
        for chart in charts:
            self.assertRegex(chart.find(".//path[@class='line']").get("d"), r"^M[\d.]+ [\d.]+L")
        rows = {row[0].text: row[1].text for row in tree.findall(".//tr")}
        self.assertEqual(rows["lost"], "0")
        self.assertEqual(rows["delivered"], rows["sent"])
        self.assertNotRegex(text, r"src=|@import|url\(|<script|<link")

    @unittest.skipUnless(browser.CHROMIUM, "needs chromium")
    def test_a_browser_shows_every_chart_within_the_window(self):
        page, _ = self.measure()
        found = browser.probe(page, WIDTH)
        self.assertLessEqual(found["page"][0], WIDTH)
        self.assertEqual(len(found["charts"]), CHARTS)
        for (x, y, w, h), (left, top, chart_w, chart_h) in found["text"]:
            self.assertTrue(left <= x and x + w <= left + chart_w + 1, (x, w, left))
            self.assertTrue(top - 1 <= y and y + h <= top + chart_h + 1, (y, h, top))


if __name__ == "__main__":
    unittest.main()
