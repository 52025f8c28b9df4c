"""A kernel process and raw sockets to it, so that no client's own waiting is measured."""

import os
import subprocess
import tempfile
import time

import zmq
from jupyter_client.connect import write_connection_file
from jupyter_client.session import Session


class Kernel:
    def __init__(self, command):
        self.folder = tempfile.TemporaryDirectory()
        self.path, info = write_connection_file(os.path.join(self.folder.name, "kernel.json"), key=b"key")
        self.session = Session(key=b"key")
        self.context = zmq.Context()
        self.shell, self.control, self.iopub = (
            self.socket(kind, info[f"{name}_port"])
            for kind, name in [(zmq.DEALER, "shell"), (zmq.DEALER, "control"), (zmq.SUB, "iopub")]
        )
        self.iopub.subscribe(b"")
        self.session.send(self.shell, "kernel_info_request")
        start = time.perf_counter()
        self.process = subprocess.Popen(
            [*command, "-f", self.path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        self.receive(self.shell)
        self.start_seconds = time.perf_counter() - start

    def socket(self, kind, port):
        socket = self.context.socket(kind)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.RECONNECT_IVL, 1)
        socket.connect(f"tcp://127.0.0.1:{port}")
        return socket

    def receive(self, socket):
        if not socket.poll(60_000):
            raise RuntimeError("no answer")
        return self.session.recv(socket)[1]

    def send(self, code):
        """Sends a cell and returns the identifier of the request."""
        content = {"code": code, "silent": False, "allow_stdin": True}
        return self.session.send(self.shell, "execute_request", content)["header"]["msg_id"]

    def wait_for(self, identifier, matches):
        """Waits for a published message of the request."""
        while True:
            message = self.receive(self.iopub)
            if message["parent_header"].get("msg_id") == identifier and matches(message):
                return

    def finish(self, identifier):
        """Waits until both the reply and idle have come; returns the reply's content."""
        self.wait_for(identifier, lambda message: message["content"].get("execution_state") == "idle")
        return self.receive(self.shell)["content"]

    def execute(self, code):
        """Seconds that a cell takes; it must succeed."""
        start = time.perf_counter()
        reply = self.finish(self.send(code))
        if reply["status"] != "ok":
            raise RuntimeError(f"{reply.get('ename')}: {reply.get('evalue')}")
        return time.perf_counter() - start

    def resident(self):
        """Resident megabytes, and those that are not shared with other processes."""
        values = {}
        with open(f"/proc/{self.process.pid}/smaps_rollup") as file:
            for line in file:
                parts = line.split()
                if parts[0] in ("Rss:", "Pss:"):
                    values[parts[0]] = int(parts[1]) / 1024
        return values["Rss:"]

    def close(self):
        self.process.kill()
        self.process.wait()
        self.context.destroy(linger=0)
        self.folder.cleanup()


