"""Writes jupyter.ipynb with nbformat (5.11), as Jupyter would: our writer must give the same bytes back."""
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

notebook = new_notebook(metadata={
    "kernelspec": {"display_name": "CNN (cnnrepl)", "language": "cnn", "name": "cnnrepl"},
    "language_info": {"name": "cnn"},
    "unknown": {"numbers": [1, 0.1, -2.5e-07, 1e+22, 9007199254740993], "null": None, "nested": {"b": [], "a": {}}},
})
code = new_code_cell('let epochs = 3\nprint("한글 \\(epochs) 😀")\n', execution_count=7, metadata={"tags": ["parameters"]})
code.outputs = [
    new_output("stream", name="stdout", text="한글 3 😀\nsecond\n"),
    new_output("display_data", data={"image/png": "iVBORw0KGgo=", "text/plain": "two\nlines", "image/svg+xml": "<svg>\n</svg>",
                                     "application/json": {"x": [1.5]}}, metadata={"image/png": {"width": 2}}),
    new_output("execute_result", data={"text/plain": "4"}, execution_count=7),
    new_output("error", ename="NameError", evalue="unknown name x", traceback=["\x1b[31merror\x1b[0m", ""]),
]
markdown = new_markdown_cell("# Title\n\ntext", attachments={"a.png": {"image/png": "iVBORw0KGgo="}})
notebook.cells = [markdown, code, new_raw_cell(""), new_code_cell("")]
for index, cell in enumerate(notebook.cells):
    cell.id = f"cell-{index}"
nbformat.validate(notebook)
nbformat.write(notebook, "jupyter.ipynb")
