"""JupyterLab in a headless browser: what a user does and sees. Screenshots are kept among the artifacts."""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest
from conftest import notebook, wait_until
from playwright.sync_api import expect, sync_playwright

TRAIN = """
let data = Digits(count: 4000)
let net = Sequential(input: [1, 28, 28]) {
    Conv(6, 5, padding: 2, activation: .tanh)
    AvgPool(2)
    Flatten()
    Dense(10)
}
let run = net.fit(data, epochs: 200, batch: 64)
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory, jupyter_folders):
    """A JupyterLab server on a folder of its own: (address, token, folder)."""
    folder = tmp_path_factory.mktemp("lab")
    token = secrets.token_hex(8)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "jupyter", "lab", "--no-browser", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}",
        f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}", "--ServerApp.allow_root=True",
        "--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    log = open(folder.parent / "lab.log", "w")
    server = subprocess.Popen(command, stdout=log, stderr=log, env=dict(os.environ, HOME=str(folder)))
    try:
        address = f"http://127.0.0.1:{port}"

        def answers():
            with contextlib.suppress(OSError):
                return urllib.request.urlopen(f"{address}/api?token={token}").status == 200

        assert wait_until(answers, timeout=60, step=0.2)
        yield address, token, folder
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


class Notebook:
    """A notebook open in the page."""

    def __init__(self, page, artifacts):
        self.page = page
        self.artifacts = artifacts

    def cell(self, index):
        return self.page.locator(".jp-Notebook .jp-CodeCell").nth(index)

    def run(self, index):
        self.cell(index).locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        expect(self.cell(index).locator(".jp-InputPrompt")).not_to_have_text("[ ]:", timeout=10_000)

    def output(self, index):
        return self.cell(index).locator(".jp-OutputArea-output")

    def picture(self, name):
        self.page.screenshot(path=str(self.artifacts / f"lab-{name}.png"))

    def wait_idle(self, timeout=30_000):
        self.page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=timeout)

    def wait_busy(self):
        self.page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="busy"]', timeout=20_000)


@pytest.fixture
def open_notebook(lab, browser, artifacts, request):
    address, token, folder = lab
    pages = []

    def open_(name, *cells):
        nbformat.write(notebook(*cells), str(folder / f"{name}.ipynb"))
        page = browser.new_page(viewport={"width": 1280, "height": 1100})
        pages.append(page)
        page.goto(f"{address}/lab/tree/{name}.ipynb?token={token}&reset")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
        opened = Notebook(page, artifacts)
        expect(page.locator("#jp-main-statusbar")).to_contain_text("CNN (cnnrepl) | Idle", timeout=60_000)
        return opened

    yield open_
    for page in pages:
        page.screenshot(path=str(artifacts / f"lab-{request.node.name}-end.png"))
        page.close()


def test_lab_runs_cells_and_shows_pictures(open_notebook):
    book = open_notebook("cells", 'print("hello, world")', "6 * 7", "show(Digits(count: 64).train.take(32), columns: 16)", "1 / 0")
    for index in range(4):
        book.run(index)
    expect(book.output(0)).to_contain_text("hello, world")
    expect(book.output(1)).to_contain_text("42")
    image = book.cell(2).locator(".jp-RenderedImage img")
    expect(image).to_be_visible(timeout=30_000)
    assert image.evaluate("image => image.naturalWidth") > 100
    error = book.cell(3).locator('.jp-RenderedText[data-mime-type="application/vnd.jupyter.error"], .jp-RenderedText[data-mime-type="application/vnd.jupyter.stderr"]')
    expect(error).to_contain_text("division by zero")
    assert book.cell(0).locator(".cm-content").inner_html().count("<span") > 0, "the source is coloured"
    book.picture("cells")


def test_lab_completes_and_explains(open_notebook):
    book = open_notebook("editing", "let wideImage = zeros(4, 4)", "wideI", "print")
    book.run(0)
    book.wait_idle()
    book.cell(1).locator(".cm-content").click()
    book.page.keyboard.press("End")
    book.page.keyboard.press("Tab")
    expect(book.page.locator(".jp-Completer-item")).to_contain_text("wideImage", timeout=10_000)
    book.page.keyboard.press("Enter")
    expect(book.cell(1).locator(".cm-content")).to_contain_text("wideImage", timeout=10_000)
    book.cell(2).locator(".cm-content").click()
    book.page.keyboard.press("End")
    book.page.keyboard.press("Control+a")
    book.page.keyboard.type("pri")
    book.page.keyboard.press("Tab")
    expect(book.page.locator(".jp-Completer-item").first).to_be_visible(timeout=10_000)
    book.picture("completion")
    book.page.keyboard.press("Escape")
    book.page.keyboard.type("nt")
    book.page.keyboard.press("Shift+Tab")
    expect(book.page.locator(".jp-Tooltip")).to_contain_text("print", timeout=10_000)
    book.picture("tooltip")


def test_lab_shows_training_live_and_interrupts_it(open_notebook):
    book = open_notebook("training", TRAIN, "print(run.epochs)", 'print("after")')
    book.run(0)
    book.wait_busy()
    output = book.output(0).first
    expect(output).to_be_visible(timeout=60_000)
    before = output.inner_html()
    assert wait_until(lambda: output.inner_html() != before, timeout=30, step=0.2), "the display is updated in place"
    expect(book.cell(0).locator("button.widget-toggle-button")).to_be_visible(timeout=60_000)
    count = book.output(0).count()
    time.sleep(2)
    assert book.output(0).count() == count == 2, "nothing is added to display and controls while it trains"
    book.picture("training")
    book.cell(0).locator(".cm-content").click()
    book.page.keyboard.press("Escape")
    book.page.keyboard.press("i")
    book.page.keyboard.press("i")
    expect(book.output(0).last).to_contain_text("nterrupted", timeout=10_000)
    book.wait_idle()
    book.picture("interrupted")
    book.run(2)
    expect(book.output(2)).to_contain_text("after", timeout=10_000)


def test_lab_steers_a_training(open_notebook, lab):
    """Pause, another learning rate, stop after the epoch: widgets that work while the cell runs."""
    book = open_notebook("steering", TRAIN.replace("epochs: 200", "epochs: 100_000"), "print(run.epochs >= 1)")
    book.run(0)
    pause = book.cell(0).locator("button.widget-toggle-button")
    expect(pause).to_be_visible(timeout=60_000)
    book.picture("controls")
    pause.click()
    display = book.output(0).first
    expect(display).to_contain_text("paused at epoch", timeout=10_000)
    paused = display.inner_text()
    time.sleep(1)
    assert display.inner_text() == paused, "nothing moves while it is paused"
    slider = book.cell(0).locator(".widget-slider .noUi-handle")
    slider.click()
    for _ in range(4):
        book.page.keyboard.press("ArrowLeft")
    book.picture("paused")
    pause.click()
    expect(display).to_contain_text("learning rate set by hand: 0.000631 at epoch", timeout=30_000)
    book.cell(0).locator('button:has-text("Stop after epoch")').click()
    expect(display).to_contain_text("stopped after the epoch, as asked", timeout=30_000)
    book.wait_idle()
    expect(book.cell(0).locator(".jupyter-widgets")).to_have_count(0)
    book.run(1)
    expect(book.output(1)).to_contain_text("true")
    book.picture("steered")
    book.page.keyboard.press("Control+s")
    path = lab[2] / "steering.ipynb"
    assert wait_until(lambda: "as asked" in path.read_text(), timeout=10)
    saved = nbformat.read(str(path), 4)
    nbformat.validate(saved)
    first, *others = saved.cells[0].outputs
    assert "learning rate set by hand" in first.data["text/plain"] and "data:image/png" in first.data["text/html"]
    assert "<table" in first.data["text/html"], "the table of epochs is in the file"
    assert not [output for output in others if "application/vnd.jupyter.widget-view+json" in output.get("data", {})]


def test_lab_offers_controls_after_a_restart(open_notebook):
    book = open_notebook("again", TRAIN.replace("epochs: 200", "epochs: 100_000"))
    book.page.click('text="Kernel"')
    book.page.click('text="Restart Kernel…"')
    book.page.click('.jp-Dialog button:has-text("Restart")')
    book.wait_idle()
    book.run(0)
    stop = book.cell(0).locator('button:has-text("Stop after epoch")')
    expect(stop).to_be_visible(timeout=60_000)
    stop.click()
    expect(book.output(0).first).to_contain_text("as asked", timeout=30_000)


def test_lab_restarts_and_runs_all(open_notebook):
    book = open_notebook("restart", "let a = 20", "a + 22")
    book.run(0)
    book.run(1)
    expect(book.output(1)).to_contain_text("42")
    book.page.click('text="Run"')
    book.page.click('text="Restart Kernel and Run All Cells…"')
    book.page.click('.jp-Dialog button:has-text("Restart")')
    book.wait_idle()
    expect(book.cell(1).locator(".jp-InputPrompt")).to_contain_text("[2]", timeout=30_000)
    expect(book.output(1)).to_contain_text("42")


def test_lab_launcher_shows_the_kernel(lab, browser, artifacts):
    address, token, _ = lab
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{address}/lab?token={token}&reset")
    card = page.locator('.jp-LauncherCard[title^="CNN (cnnrepl)"], .jp-LauncherCard:has-text("CNN (cnnrepl)")').first
    expect(card).to_be_visible(timeout=60_000)
    page.screenshot(path=str(artifacts / "lab-launcher.png"))
    page.close()
