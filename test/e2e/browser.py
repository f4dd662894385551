"""Chromium without a window, for the pages that ting writes."""
import json
import re
import shutil
import subprocess
import tempfile

import server

CHROMIUM = shutil.which("chromium")

# Added to a copy of the page: tells where each chart and each of its series is, in pixels.
PROBE = """<script>
const box = e => { const r = e.getBoundingClientRect();
  return [r.left + scrollX, r.top + scrollY, r.width, r.height].map(Math.round); };
const hex = e => getComputedStyle(e).stroke.match(/\\d+/g).map(Number);
document.body.dataset.probe = JSON.stringify({
  page: [document.documentElement.scrollWidth, document.documentElement.scrollHeight],
  text: [...document.querySelectorAll('svg.chart text')].map(t => [box(t), box(t.ownerSVGElement)]),
  charts: [...document.querySelectorAll('svg.chart')].map(s => ({
    box: box(s),
    series: [...s.querySelectorAll('.s')].map(g => hex(g.querySelector('.line')))}))});
</script>"""


def show(page, *arguments):
    """Opens the page, and returns what the browser prints."""
    with tempfile.TemporaryDirectory(prefix="ting-e2e-") as folder:
        return subprocess.run(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             f"--user-data-dir={folder}", *arguments, page.as_uri()],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True,
            timeout=2 * server.PATIENCE).stdout


def probe(page, width):
    """Where things are on the page when the window is so wide."""
    probed = page.with_name("probed.html")
    probed.write_text(page.read_text().replace("</body>", PROBE + "</body>"))
    text = show(probed, f"--window-size={width},1000", "--dump-dom")
    found = re.search(r'data-probe="([^"]*)"', text).group(1)
    return json.loads(found.replace("&quot;", '"'))
