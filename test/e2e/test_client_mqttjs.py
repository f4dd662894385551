"""MQTT.js in each version and with each QoS: what it does is in mqttjs.js."""
import subprocess
import unittest
from pathlib import Path

from server import PATIENCE, Test

HERE = Path(__file__).resolve().parent


class MqttJs(Test):
    def test_each_scenario(self):
        server = self.serve("-p", "0")
        done = subprocess.run(["node", str(HERE / "mqttjs.js"), str(server.port)],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=3 * PATIENCE)
        failures = [line for line in done.stdout.splitlines() if not line.startswith("ok ")]
        self.assertEqual((done.returncode, failures), (0, []))
        self.assertGreater(done.stdout.count("ok "), 80)


if __name__ == "__main__":
    unittest.main()
