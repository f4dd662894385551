"""paho C in each version and with each QoS: what it does is in paho_c.c."""
import itertools
import subprocess
import unittest
from pathlib import Path

from server import PATIENCE, TING, Test

CASES = [*itertools.product(("talk", "retain", "will", "share", "take-over"), "345", "012"),
         *itertools.product(("session",), "345", "12"),
         *itertools.product(("properties",), "5", "012")]


class PahoC(Test):
    def test_each_scenario(self):
        program = Path(TING).resolve().parent / "test" / "e2e" / "paho_c"
        server = self.serve("-p", "0")
        running = {}
        for case in CASES:  # at once: paho likes to wait
            running[case] = subprocess.Popen([str(program), str(server.port), *case], text=True,
                                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.addCleanup(running[case].communicate)
            self.addCleanup(running[case].kill)
        for case, process in running.items():
            with self.subTest(case=case):
                said = process.communicate(timeout=3 * PATIENCE)[0]
                self.assertEqual((process.returncode, said), (0, ""))


if __name__ == "__main__":
    unittest.main()
