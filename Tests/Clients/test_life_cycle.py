"""Starting, ending, restarting: with the manager that every Jupyter front end uses, and without."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import zmq
from conftest import PROGRAM, Kernel, wait_until
from jupyter_client.connect import write_connection_file
from jupyter_client.session import Session

ENDLESS = "var i = 0\nwhile true { i = (i + 1) % 7 }"


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_shutdown_is_quick_and_clean(kernel):
    process = kernel.manager.provisioner.process
    start = time.monotonic()
    kernel.control("shutdown_request", {"restart": False})
    assert process.wait(timeout=5) == 0
    assert time.monotonic() - start < 2


def test_shutdown_while_a_cell_runs(kernel):
    process = kernel.manager.provisioner.process
    kernel.wait_for(kernel.client.execute(ENDLESS), "execute_input")
    assert kernel.control("shutdown_request", {"restart": False})["content"]["status"] == "ok"
    assert process.wait(timeout=5) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_end_it_cleanly(kernel, number):
    process = kernel.manager.provisioner.process
    os.kill(kernel.pid, number)
    assert process.wait(timeout=5) == 0


def test_sigterm_ends_a_running_cell(kernel):
    process = kernel.manager.provisioner.process
    kernel.wait_for(kernel.client.execute(ENDLESS), "execute_input")
    os.kill(kernel.pid, signal.SIGTERM)
    assert process.wait(timeout=5) == 0


def test_sigint_at_idle_is_harmless(kernel):
    for _ in range(100):
        os.kill(kernel.pid, signal.SIGINT)
    assert kernel.stdout('print("still here")') == "still here\n"


def test_restart_fifty_times_on_the_same_ports(kernel):
    ports = kernel.manager.ports
    for number in range(50):
        kernel.manager.restart_kernel(now=number % 2 == 0)
        kernel.client.wait_for_ready(timeout=20)
    assert kernel.manager.ports == ports
    assert kernel.stdout("print(1)") == "1\n"


def test_twenty_start_at_once():
    with ThreadPoolExecutor(20) as pool:
        kernels = list(pool.map(lambda _: Kernel(), range(20)))
    try:
        assert all(kernel.stdout("print(1)") == "1\n" for kernel in kernels)
    finally:
        for kernel in kernels:
            kernel.close()


@pytest.mark.parametrize("code", ["print(1)", ENDLESS])
def test_it_ends_with_its_parent(tmp_path, code):
    """Even in the middle of a computation: a middle process starts the kernel and is killed."""
    script = tmp_path / "parent.py"
    script.write_text(
        "import sys, time\n"
        f"sys.path.insert(0, {os.path.dirname(os.path.abspath(__file__))!r})\n"
        "from conftest import Kernel\n"
        "kernel = Kernel()\n"
        f"request = kernel.client.execute({code!r})\n"
        "kernel.wait_for(request, 'execute_input')\n"
        "print(kernel.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    pid = int(parent.stdout.readline())
    assert alive(pid)
    start = time.monotonic()
    parent.kill()
    parent.wait()
    assert wait_until(lambda: not alive(pid), timeout=5)
    assert time.monotonic() - start < 2


def connection(tmp_path, **changes):
    path, info = write_connection_file(str(tmp_path / "kernel.json"), key=b"a key")
    info.update(changes)
    with open(path, "w") as file:
        json.dump(info, file)
    return path, info


def test_a_taken_port_is_a_quick_error(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        path, _ = connection(tmp_path, shell_port=taken.getsockname()[1])
        start = time.monotonic()
        result = subprocess.run([PROGRAM, "kernel", "-f", path], capture_output=True, text=True, timeout=10)
        assert result.returncode not in (0, -signal.SIGSEGV, -signal.SIGABRT)
        assert "in use" in result.stderr
        assert time.monotonic() - start < 1


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"shell_port": "x"}', None])
def test_bad_connection_files_are_errors(tmp_path, content):
    path = tmp_path / "kernel.json"
    if content is not None:
        path.write_text(content)
    result = subprocess.run([PROGRAM, "kernel", "-f", str(path)], capture_output=True, text=True, timeout=10)
    assert result.returncode == 1
    assert result.stderr.startswith("cnnrepl kernel: ")


def test_handshake(tmp_path):
    """The launcher names one port; the kernel chooses the others and tells them, signed (protocol 5.6)."""
    context = zmq.Context()
    registration = context.socket(zmq.ROUTER)
    port = registration.bind_to_random_port("tcp://127.0.0.1")
    path = tmp_path / "registration.json"
    path.write_text(
        json.dumps(
            {
                "transport": "tcp",
                "ip": "127.0.0.1",
                "signature_scheme": "hmac-sha256",
                "key": "a key",
                "registration_ip": "127.0.0.1",
                "registration_port": port,
                "kernel_id": "the-id",
            }
        )
    )
    process = subprocess.Popen([PROGRAM, "kernel", "-f", str(path)])
    try:
        assert registration.poll(5_000)
        identity, delimiter, signature, content = registration.recv_multipart()
        session = Session(key=b"a key")
        assert delimiter == b"<IDS|MSG>"
        assert signature == session.sign([content])
        ports = json.loads(content)
        assert ports["kernel_id"] == "the-id"
        answer = b'{"status": "ok"}'
        registration.send_multipart([identity, delimiter, session.sign([answer]), answer])
        shell = context.socket(zmq.DEALER)
        shell.connect(f"tcp://127.0.0.1:{ports['shell_port']}")
        session.send(shell, "kernel_info_request")
        assert shell.poll(5_000)
        _, reply = session.recv(shell)
        assert reply["msg_type"] == "kernel_info_reply"
        written = os.path.join(os.environ["JUPYTER_RUNTIME_DIR"], "kernel-the-id.json")
        assert json.load(open(written))["shell_port"] == ports["shell_port"]
        assert os.stat(written).st_mode & 0o777 == 0o600
    finally:
        process.kill()
        process.wait()
        context.destroy(linger=0)


def test_a_handshake_that_nobody_answers_ends_the_kernel(tmp_path):
    path = tmp_path / "registration.json"
    path.write_text(json.dumps({"key": "k", "registration_port": 1, "kernel_id": "x"}))
    result = subprocess.run([PROGRAM, "kernel", "-f", str(path)], capture_output=True, text=True, timeout=20)
    assert result.returncode == 1
    assert "didn't answer" in result.stderr


def test_history_is_private(kernel):
    kernel.run("let kept = 1")
    kernel.control("shutdown_request")
    assert os.stat(os.environ["CNNREPL_HISTORY"]).st_mode & 0o777 == 0o600
