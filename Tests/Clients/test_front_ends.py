"""What front ends do that have no Python client: JupyterLab's checks of each message, and how VS Code starts a kernel."""

import subprocess
import time

import pytest
import zmq
from conftest import PROGRAM
from jupyter_client.connect import write_connection_file
from jupyter_client.session import Session

# As JupyterLab's @jupyterlab/services checks them (packages/services/src/kernel/validate.ts): a message that
# lacks one of these, or has it with another type, is thrown away with a line in the browser's console.
HEADER = ("username", "version", "session", "msg_id", "msg_type")
PUBLISHED = {
    "stream": {"name": str, "text": str},
    "display_data": {"data": dict, "metadata": dict},
    "update_display_data": {"data": dict, "metadata": dict},
    "execute_input": {"code": str, "execution_count": int},
    "execute_result": {"execution_count": int, "data": dict, "metadata": dict},
    "error": {"ename": str, "evalue": str, "traceback": list},
    "status": {"execution_state": str},
    "clear_output": {"wait": bool},
    "comm_open": {"comm_id": str, "target_name": str, "data": dict},
    "comm_msg": {"comm_id": str, "data": dict},
    "comm_close": {"comm_id": str},
}
STATES = {"starting", "idle", "busy", "restarting", "dead"}

EVERYTHING = """print("text")
show("shown")
clear()
let figure = plot([1, 2, 3])
figure
let data = Digits(count: 400)
let net = Sequential(input: [1, 28, 28]) { Conv(4, 3, activation: .relu); Flatten(); Dense(10) }
net.fit(data, epochs: 2, batch: 32)
live("loss", 0.5)
let x = rand(2, 3)
x
1 / 0"""


def check(message, channel):
    for name in HEADER:
        assert isinstance(message["header"].get(name), str), message
    assert isinstance(message["parent_header"], dict) and isinstance(message["metadata"], dict)
    content = message["content"]
    assert isinstance(content, dict)
    if channel != "iopub":
        known = ("complete", "incomplete", "invalid") if message["msg_type"] == "is_complete_reply" else ("ok", "error")
        assert content["status"] in known
        return
    for name, kind in PUBLISHED[message["msg_type"]].items():
        assert type(content.get(name)) is kind, message
    if message["msg_type"] == "status":
        assert content["execution_state"] in STATES
    if message["msg_type"] == "error":
        assert all(isinstance(line, str) for line in content["traceback"])
    if isinstance(content.get("data"), dict) and "target_name" not in content:
        # Lab prefers JSON to any picture, so it may not stand beside one.
        assert not {"application/json", "image/png"} <= content["data"].keys()


def test_lab_accepts_every_message(kernel):
    seen = set()
    for cell in EVERYTHING.split("\n"):
        reply, published = kernel.run(cell, timeout=60)
        for message in published:
            check(message, "iopub")
            seen.add(message["msg_type"])
    assert seen >= {"stream", "display_data", "execute_input", "execute_result", "error", "status", "clear_output"}
    client = kernel.client
    for request in (
        lambda: client.complete("prin", 4), lambda: client.inspect("Conv", 2), lambda: client.is_complete("1 +"),
        lambda: client.history(hist_access_type="tail", n=3), lambda: client.comm_info(),
        lambda: client.execute("x.shpe"),
    ):  # fmt: skip
        identifier = request()
        message = client.get_shell_msg(timeout=10)
        assert message["parent_header"]["msg_id"] == identifier
        check(message, "shell")


class RawFrontEnd:
    """Sockets that are connected before there is a kernel, as VS Code's are."""

    def __init__(self, folder):
        self.path, info = write_connection_file(str(folder / "kernel.json"), key=b"a key")
        self.session = Session(key=b"a key")
        self.context = zmq.Context()
        self.shell, self.control, self.iopub = (
            self.socket(kind, info[f"{name}_port"])
            for kind, name in ((zmq.DEALER, "shell"), (zmq.DEALER, "control"), (zmq.SUB, "iopub"))
        )
        self.iopub.subscribe(b"")

    def socket(self, kind, port):
        socket = self.context.socket(kind)
        socket.setsockopt(zmq.LINGER, 0)
        socket.connect(f"tcp://127.0.0.1:{port}")
        return socket

    def ask(self, socket, type, content=None):
        return self.session.send(socket, type, content or {})["header"]["msg_id"]

    def receive(self, socket, seconds=20.0):
        assert socket.poll(int(seconds * 1_000)), "no answer"
        return self.session.recv(socket)[1]

    def close(self):
        self.context.destroy(linger=0)


@pytest.fixture
def front_end(tmp_path):
    made = RawFrontEnd(tmp_path)
    yield made
    made.close()


def test_start_as_vs_code_does_it(front_end):
    """kernel_info on shell and control again and again from before the start; each is answered once, then cells run."""
    asked = {"shell": [], "control": []}

    def ask_both():
        asked["shell"].append(front_end.ask(front_end.shell, "kernel_info_request"))
        asked["control"].append(front_end.ask(front_end.control, "kernel_info_request"))

    ask_both()
    process = subprocess.Popen([PROGRAM, "kernel", "-f", front_end.path])
    try:
        for _ in range(10):
            time.sleep(0.02)
            ask_both()
        for name, socket in (("shell", front_end.shell), ("control", front_end.control)):
            answers = [front_end.receive(socket) for _ in asked[name]]
            assert [answer["parent_header"]["msg_id"] for answer in answers] == asked[name]
            assert all(answer["content"]["status"] == "ok" for answer in answers)
        request = front_end.ask(front_end.shell, "execute_request", {"code": "1 + 1", "silent": False})
        assert front_end.receive(front_end.shell)["content"]["execution_count"] == 1
        while True:
            message = front_end.receive(front_end.iopub)
            if message["parent_header"].get("msg_id") == request and message["msg_type"] == "execute_result":
                break
        assert message["content"]["data"]["text/plain"] == "2"
    finally:
        process.kill()
        process.wait()


def test_a_parent_that_is_process_1_is_no_dead_parent(front_end):
    """In a container the front end may be process 1, as whose child an orphan would end up: the kernel must go on."""
    alone = ["unshare", "--pid", "--fork"]
    if subprocess.run([*alone, "true"], capture_output=True).returncode != 0:
        pytest.skip("this user may not make a namespace of processes")
    script = f"'{PROGRAM}' kernel -f '{front_end.path}' & wait"
    process = subprocess.Popen([*alone, "sh", "-c", script])
    try:
        front_end.ask(front_end.shell, "kernel_info_request")
        front_end.receive(front_end.shell)
        time.sleep(1.5)  # the parent is looked for twice a second
        front_end.ask(front_end.shell, "execute_request", {"code": "1", "silent": False})
        assert front_end.receive(front_end.shell)["content"]["status"] == "ok"
    finally:
        front_end.ask(front_end.control, "shutdown_request", {"restart": False})
        assert process.wait(timeout=10) == 0
