"""A kernelspec in a folder of its own, kernels from it, and what tests ask of them."""

import contextlib
import os
import pathlib
import subprocess
import time

import pytest
from jupyter_client.manager import KernelManager

PROGRAM = os.environ.get("CNNREPL", "cnnrepl")


@pytest.fixture(scope="session", autouse=True)
def jupyter_folders(tmp_path_factory):
    """Jupyter and the kernel see fresh folders only, so that nothing of this machine plays in."""
    base = tmp_path_factory.mktemp("jupyter")
    subprocess.run([PROGRAM, "install", "--prefix", str(base)], check=True)
    os.environ["JUPYTER_PATH"] = str(base / "share/jupyter")
    os.environ["JUPYTER_DATA_DIR"] = str(base / "data")
    os.environ["JUPYTER_RUNTIME_DIR"] = str(base / "runtime")
    os.environ["JUPYTER_CONFIG_DIR"] = str(base / "config")
    os.environ["IPYTHONDIR"] = str(base / "ipython")
    os.environ["CNNREPL_HISTORY"] = str(base / "history.jsonl")
    os.environ["JUPYTER_PLATFORM_DIRS"] = "1"
    (base / "runtime").mkdir()
    return base


@pytest.fixture(scope="session")
def artifacts():
    """Where pictures and pages are kept for a look after the tests."""
    folder = pathlib.Path(os.environ.get("CNNREPL_TEST_OUTPUT", ".build-clients/output")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Kernel:
    """A kernel and one client."""

    def __init__(self, **options):
        self.manager = KernelManager(kernel_name="cnnrepl")
        self.manager.start_kernel(**options)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=20)

    @property
    def pid(self):
        return self.manager.provisioner.pid

    def run(self, code, timeout=30, **options):
        """Runs a cell to its end: (reply content, published messages)."""
        return self.finish(self.client.execute(code, **options), timeout)

    def finish(self, request, timeout=30):
        published = []
        while True:
            message = self.client.get_iopub_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") != request:
                continue
            published.append(message)
            if message["content"].get("execution_state") == "idle":
                break
        while True:
            reply = self.client.get_shell_msg(timeout=timeout)
            if reply["parent_header"].get("msg_id") == request:
                return reply["content"], published

    def stdout(self, code, **options):
        reply, published = self.run(code, **options)
        assert reply["status"] == "ok", reply
        return text(published)

    def wait_for(self, request, type, timeout=20):
        while True:
            message = self.client.get_iopub_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") == request and message["msg_type"] == type:
                return message

    def control(self, type, content=None, timeout=10):
        message = self.client.session.msg(type, content or {})
        self.client.control_channel.send(message)
        while True:
            reply = self.client.control_channel.get_msg(timeout=timeout)
            if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                return reply

    def close(self):
        self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=True)


def text(published, stream="stdout"):
    return "".join(
        m["content"]["text"] for m in published if m["msg_type"] == "stream" and m["content"]["name"] == stream
    )


@pytest.fixture
def new_kernel():
    with contextlib.ExitStack() as stack:

        def start(**options):
            kernel = Kernel(**options)
            stack.callback(kernel.close)
            return kernel

        yield start


@pytest.fixture
def kernel(new_kernel):
    return new_kernel()


def wait_until(condition, timeout=10, step=0.01):
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(step)
    return False


LANGUAGE = {"name": "cnn", "file_extension": ".cnn", "mimetype": "text/x-swift", "pygments_lexer": "swift"}


def notebook(*cells, parameters=None, language=None):
    """A notebook of code cells for the kernel; with `language` as a front end has saved it."""
    import nbformat.v4 as v4

    made = [v4.new_code_cell(source) for source in cells]
    if parameters is not None:
        cell = v4.new_code_cell(parameters)
        cell.metadata["tags"] = ["parameters"]
        made.insert(0, cell)
    metadata = {"kernelspec": {"name": "cnnrepl", "display_name": "CNN (cnnrepl)", "language": "cnn"}}
    if language:
        metadata["language_info"] = language
    return v4.new_notebook(cells=made, metadata=metadata)
