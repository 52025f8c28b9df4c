"""Programs that run notebooks: each with the kernel as it is installed."""

import os
import re
import subprocess
import sys

import nbformat
import pexpect
import pytest
from conftest import LANGUAGE, notebook

CELLS = [
    'let words = ["deep", "net"]\nprint(words.count)',
    "6 * 7",
    "show(rand(1, 16, 16))",
]


def write(path, *cells, **options):
    nbformat.write(notebook(*cells, **options), str(path))
    return str(path)


def run(*command, **options):
    result = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, timeout=240, **options)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


def outputs(path):
    cells = nbformat.read(str(path), 4)
    nbformat.validate(cells)
    return [cell.outputs for cell in cells.cells if cell.cell_type == "code"]


def test_nbclient(tmp_path):
    from nbclient import NotebookClient

    document = notebook(*CELLS)
    NotebookClient(document, timeout=60).execute()
    nbformat.validate(document)
    first, second, third = (cell.outputs for cell in document.cells)
    assert first[0].text == "2\n"
    assert second[0].data["text/plain"] == "42" and second[0].execution_count == 2
    assert "image/png" in third[0].data and "text/plain" in third[0].data


def test_nbclient_reports_errors(tmp_path):
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    with pytest.raises(CellExecutionError) as caught:
        NotebookClient(notebook("let a = 1", "missing + 1", "print(1)"), timeout=60).execute()
    assert "missing" in str(caught.value)


def test_nbclient_stops_a_cell_that_takes_too_long(tmp_path):
    from nbclient import NotebookClient

    document = notebook("while true { }", "print(1)")
    NotebookClient(document, timeout=1, interrupt_on_timeout=True, allow_errors=True).execute()
    assert document.cells[0].outputs[-1].ename == "Interrupted"
    assert document.cells[1].outputs[0].text == "1\n"


def test_nbconvert_html(tmp_path, artifacts):
    source = write(tmp_path / "page.ipynb", *CELLS, language=LANGUAGE)
    run("nbconvert", "--to", "html", "--execute", source)
    page = (tmp_path / "page.html").read_text()
    (artifacts / "nbconvert.html").write_text(page)
    assert "data:image/png;base64," in page
    assert re.search(r'<span class="kd">let</span>', page), "the source is coloured as Swift"


def test_nbconvert_script(tmp_path):
    run("nbconvert", "--to", "script", "--execute", write(tmp_path / "page.ipynb", *CELLS, language=LANGUAGE))
    assert "6 * 7" in (tmp_path / "page.cnn").read_text()


def test_papermill_sets_parameters(tmp_path):
    source = write(tmp_path / "in.ipynb", 'print(epochs, rate, name, flag, sizes, nothing == nil)',
                   parameters='let epochs = 1  // how often\nlet rate = 0.1\nlet name = "a"\nlet flag = false\nlet sizes = [1]\nlet nothing: Int? = 1')
    target = str(tmp_path / "out.ipynb")
    run("papermill", source, target, "-p", "epochs", "3", "-p", "rate", "1e-3", "-p", "name", 'say "hi"\\',
        "-y", "flag: true\nsizes: [2, 3]\nnothing: null")
    assert outputs(target)[-1][0].text == '3 0.001 say "hi"\\ true [2, 3] true\n'
    help_text = run("papermill", source, "--help-notebook")
    assert "epochs" in help_text and "how often" in help_text


def test_nbval(tmp_path):
    source = write(tmp_path / "checked.ipynb", *CELLS[:2])
    run("nbconvert", "--to", "notebook", "--execute", "--inplace", source)
    assert "2 passed" in run("pytest", "-p", "nbval", "--nbval", source, "-p", "no:cacheprovider", cwd=tmp_path)
    lax = write(tmp_path / "lax.ipynb", *CELLS)
    assert "3 passed" in run("pytest", "-p", "nbval", "--nbval-lax", lax, "-p", "no:cacheprovider", cwd=tmp_path)


def test_nbmake(tmp_path):
    source = write(tmp_path / "made.ipynb", *CELLS)
    assert "1 passed" in run("pytest", "--nbmake", source, "-p", "no:cacheprovider", "-p", "no:nbval", cwd=tmp_path)


def test_console(tmp_path):
    """`jupyter console` at a terminal: results, a cell of several lines, an error, quit."""
    environment = dict(os.environ, TERM="dumb", PYTHONUNBUFFERED="1")
    child = pexpect.spawn(
        sys.executable, ["-m", "jupyter_console", "--kernel", "cnnrepl", "--simple-prompt"],
        env=environment, encoding="utf-8", timeout=30,
    )
    try:
        child.expect(r"In \[1\]:")
        child.sendline("6 * 7")
        child.expect("42")
        child.expect(r"In \[2\]:")
        child.sendline("1 / 0")
        child.expect("division by zero")
        child.expect(r"In \[3\]:")
        child.sendline("quit")
        child.expect([pexpect.EOF, "really want to exit|Shutting down"])
    finally:
        child.close(force=True)
