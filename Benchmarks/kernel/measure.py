"""Start, round trip, memory and notebook time of this kernel and of ipykernel, in turns on one machine."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import interrupts
from raw_kernel import Kernel

LENET = """
seed(1)
let net = Sequential(input: [1, 28, 28]) {
    Conv(6, 5, padding: 2, activation: .tanh)
    AvgPool(2)
    Conv(16, 5, activation: .tanh)
    AvgPool(2)
    Conv(120, 5, activation: .tanh)
    Flatten()
    Dense(84, activation: .tanh)
    Dense(10)
}
let optimizer = Adam(net, lr: 1e-3)
optimizer.minimize { crossEntropy(net(randn(128, 1, 28, 28)), zeros(128)) }
"""
TORCH = """
import torch, torch.nn as nn
torch.manual_seed(1)
net = nn.Sequential(
    nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2),
    nn.Conv2d(16, 120, 5), nn.Tanh(), nn.Flatten(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
loss = nn.functional.cross_entropy(net(torch.randn(128, 1, 28, 28)), torch.zeros(128, dtype=torch.long))
loss.backward()
optimizer.step()
loss.item()
"""


def start(command):
    kernel = Kernel(command)
    kernel.close()
    return kernel.start_seconds * 1_000


def round_trips(command, code, count):
    kernel = Kernel(command)
    for _ in range(20):
        kernel.execute(code)
    times = sorted(kernel.execute(code) * 1_000 for _ in range(count))
    kernel.close()
    return times


def memory(command, code):
    kernel = Kernel(command)
    kernel.execute(code)
    time.sleep(2)
    resident = kernel.resident()
    kernel.close()
    return resident


def first_cell(command, code):
    kernel = Kernel(command)
    time.sleep(0.5)
    seconds = kernel.execute(code)
    kernel.close()
    return seconds * 1_000


def run_notebook(name):
    import nbformat.v4 as v4
    from nbclient import NotebookClient

    notebook = v4.new_notebook(cells=[v4.new_code_cell(f"{number} + 1") for number in range(10)])
    start = time.perf_counter()
    NotebookClient(notebook, kernel_name=name).execute()
    return (time.perf_counter() - start) * 1_000


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True, help="the cnnrepl program")
    parser.add_argument("--python", default=sys.executable, help="the Python that has ipykernel")
    parser.add_argument("--torch-python", help="a Python that has ipykernel and torch, for the first-cell table")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--interrupts", type=int, default=0, help="measure so many interrupts of each kind")
    parser.add_argument("--json", help="also write the numbers to this file")
    options = parser.parse_args()
    ours = [options.program, "kernel"]
    theirs = [options.python, "-m", "ipykernel_launcher"]

    with tempfile.TemporaryDirectory() as folder:
        os.environ["CNNREPL_HISTORY"] = os.path.join(folder, "history.jsonl")
        os.environ["IPYTHONDIR"] = os.path.join(folder, "ipython")
        subprocess.run([options.program, "install", "--prefix", folder], check=True, stdout=subprocess.DEVNULL)
        os.environ["JUPYTER_PATH"] = os.path.join(folder, "share/jupyter")
        rows = []

        def compare(title, unit, measure):
            pairs = [(measure(ours), measure(theirs)) for _ in range(options.rounds)]
            mine, other = (statistics.median(column) for column in zip(*pairs))
            rows.append((title, unit, mine, other))

        compare("start to first kernel_info_reply", "ms", start)
        times = [(round_trips(ours, "1", 200), round_trips(theirs, "1", 200)) for _ in range(max(1, options.rounds // 2))]
        for title, share in (("execute round trip, median", 0.5), ("execute round trip, p99", 0.99)):
            columns = [sorted(sum(column, [])) for column in zip(*times)]
            rows.append((title, "ms", *(column[int(len(column) * share)] for column in columns)))
        compare("memory at idle after one cell", "MB", lambda command: memory(command, "1"))
        compare("nbclient, ten trivial cells", "ms", lambda command: run_notebook("cnnrepl" if command is ours else "python3"))
        if options.torch_python:
            torch = [options.torch_python, "-m", "ipykernel_launcher"]
            compare(
                "first cell: LeNet and one training step (theirs: torch)", "ms",
                lambda command: first_cell(ours, LENET) if command is ours else first_cell(torch, TORCH),
            )

        if options.interrupts:
            interrupts.measure(lambda: Kernel(ours), options.interrupts)

    print(f"| {options.rounds} rounds in turns | cnnrepl | ipykernel | ratio |\n| --- | ---: | ---: | ---: |")
    for title, unit, mine, other in rows:
        print(f"| {title} | {mine:.2f} {unit} | {other:.2f} {unit} | {mine / other:.3f} |")
    if options.json:
        with open(options.json, "w") as file:
            json.dump([dict(zip(("what", "unit", "cnnrepl", "ipykernel"), row)) for row in rows], file, indent=1)


if __name__ == "__main__":
    main()
