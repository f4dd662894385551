"""`ting talk` with servers that others wrote: nc, socat and Python's sockets."""
import ends
import server
import tools


class Servers(server.Test):
    def talk(self, serve, kind):
        """A question, an answer, and an end in each direction."""
        folder = self.folder()
        with serve(kind, folder) as there, tools.use_talk(there.endpoint, folder) as here:
            here.send(b"how are you?\n")
            self.assertEqual(there.take_line(), b"how are you?\n")
            there.send(b"fine\n")
            self.assertEqual(here.take_line(), b"fine\n")
            if kind in ends.DATAGRAMS or (kind, serve) == ("unixseq", tools.serve_socat):
                return  # no ends; socat takes that of a unixseq for an empty message
            here.end()
            self.assertEqual(there.take(1), b"")
            if serve is tools.PythonServer:  # the others may leave when their client has ended
                there.send(b"and you?\n")
                self.assertEqual(here.take_line(), b"and you?\n")
            there.end()
            self.assertEqual(here.take(1), b"")
            self.assertEqual(here.process.wait(server.PATIENCE), 0)

    def talk_everywhere(self, serve):
        for kind in tools.SERVERS[serve]:
            with self.subTest(kind=kind):
                self.talk(serve, kind)

    def test_python(self):
        self.talk_everywhere(tools.PythonServer)

    def test_nc(self):
        self.talk_everywhere(tools.serve_nc)

    def test_socat(self):
        self.talk_everywhere(tools.serve_socat)
