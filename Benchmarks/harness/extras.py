"""What is measured beside the workloads: start-up, the hand-written loop against fit, scaling, compiling, memory.

Those whose programs are their own have a `check` that runs them for a moment."""

import os
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass, replace

import processes
from workloads import FOLDER, MODES, SHORT, WORKLOADS, Length, processors, program

MODE = {mode.name: mode for mode in MODES}
BY_NAME = {workload.name: workload for workload in reversed(WORKLOADS)}


def ours(options, text, name):
    """Runs a program in the language and reads the lines `NAME NUMBER` it prints."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, f"{name}.cnn")
        with open(path, "w") as file:
            file.write(text)
        return timed([options.program, "run", path])


def timed(command):
    """A command's numbers: the lines `NAME NUMBER` it prints, its seconds, its peak memory in MB."""
    variables = os.environ | {"OMP_NUM_THREADS": str(processors()), "TF_CPP_MIN_LOG_LEVEL": "3"}
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=variables, cwd=FOLDER / "peers")
    text, errors = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise processes.Failed((text + errors)[-2000:])
    numbers = {}
    for line in text.splitlines():
        name, _, value = line.rpartition(" ")
        try:
            numbers[name] = float(value)
        except ValueError:
            continue
    return numbers | {"seconds": seconds, "memory": usage.ru_maxrss / 1024}


@dataclass(frozen=True)
class StartUp:
    """From starting the program to a first result, and to a first training step of LeNet-5."""

    name: str = "start-up"
    title: str = "start-up"
    modes: tuple = ("ours", "eager", "graph")

    def run(self, mode, options):
        peer = {"eager": "torch", "graph": "tensorflow"}.get(mode.name)
        first = replace(BY_NAME["w1-lenet"])
        if peer is None:
            hello = [timed([options.program, "-e", "print(1 + 1)"]) for _ in range(5)]
        else:
            hello = [timed([options.peers, "-c", f"import {peer}; print(1 + 1)"]) for _ in range(3)]
        start = time.perf_counter()
        processes.run(first, mode, SHORT, ("training",), options)
        return {
            "hello": statistics.median(sample["seconds"] for sample in hello),
            "first steps": time.perf_counter() - start,
            "memory": statistics.median(sample["memory"] for sample in hello),
        }

    def check(self, options):
        timed([options.program, "-e", "print(1 + 1)"])


@dataclass(frozen=True)
class LoopAndFit:
    """The same training by a loop written in the language and by fit."""

    name: str = "loop"
    title: str = "the hand-written loop against fit"
    modes: tuple = ("ours",)

    def run(self, mode, options, seconds=1.0):
        text = (FOLDER / "workloads/loop-and-fit.cnn").read_text()
        found = ours(options, f"let seconds = {seconds}\n" + text, self.name)
        if "LeNet-5 loop" not in found:
            raise processes.Failed(f"got no numbers: {found}")
        return found

    def check(self, options):
        self.run(MODES[0], options, seconds=0.01)


@dataclass(frozen=True)
class Scaling:
    """Speed over batch sizes and image sizes."""

    name: str = "scaling"
    title: str = "batches of 16 to 512, images of 32 to 256 pixels"
    modes: tuple = ("ours", "channels_last+malloc")

    def run(self, mode, options):
        length, sample = Length(3, 0.3, 0.25, 3), {}
        for name in ("w1-lenet", "w3-resnet20"):
            for batch in (16, 32, 64, 128, 256, 512):
                found = processes.run(replace(BY_NAME[name], batch=batch), mode, length, ("training",), options)
                sample[f"{name} {batch}"] = found["training"]
        for size in (32, 64, 128, 256):
            found = processes.run(replace(BY_NAME["w5-unet"], batch=8, size=size), mode, length, ("training",), options)
            sample[f"w5-unet size {size}"] = found["training"]
        return sample


@dataclass(frozen=True)
class Compiling:
    """How long the plan of ResNet-50 takes to compile."""

    name: str = "compile"
    title: str = "compiling the plan of ResNet-50"
    modes: tuple = ("ours",)

    def run(self, mode, options, size=224):
        workload = replace(BY_NAME["w6-resnet50"], batch=1, size=size)
        return ours(options, program(workload, SHORT, (), ending="compile"), self.name)

    def check(self, options):
        self.run(MODES[0], options, size=64)


@dataclass(frozen=True)
class BigTraining:
    """Peak memory and speed of ResNet-50 training."""

    name: str = "resnet50-training"
    title: str = "training ResNet-50 at 224×224, batch 16"
    modes: tuple = ("ours", "eager", "channels_last+malloc", "graph")

    def run(self, mode, options):
        workload = replace(BY_NAME["w6-resnet50"], batch=16)
        return processes.run(workload, mode, Length(3, 0, 0, 1), ("training",), options)


ALL = [StartUp(), LoopAndFit(), Compiling(), BigTraining(), Scaling()]
