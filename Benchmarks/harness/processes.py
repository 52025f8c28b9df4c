"""Running one workload in one mode, in a process of its own, and reading what it prints."""

import os
import statistics
import subprocess
import tempfile
import time

from workloads import FOLDER, TUNED, processors, program


class Failed(Exception):
    """A process that ended badly, with the end of what it wrote."""


def command(workload, mode, length, kinds, tools, folder):
    """The process's arguments."""
    if mode.peer is None:
        path = os.path.join(folder, f"{workload.name}.cnn")
        with open(path, "w") as file:
            file.write(program(workload, length, kinds))
        return [tools.program, "run", path]
    return [
        tools.peers, str(FOLDER / "peers" / f"{mode.peer}_peer.py"), "--workload", workload.name, "--mode",
        mode.peer_mode, "--kinds", ",".join(kinds), "--batch", str(workload.batch), "--size", str(workload.size),
        "--threads", str(processors()), "--learning-steps", str(length.learning_steps), "--warm-up",
        str(length.warm_up), "--block-seconds", str(length.block_seconds), "--blocks", str(length.blocks),
    ]


def environment(mode):
    """The variables: equally many threads for everyone, and the allocator's settings."""
    variables = dict(os.environ)
    for name in TUNED:
        variables.pop(name, None)
    variables["OMP_NUM_THREADS"] = str(processors())
    if mode.tuned:
        variables.update(TUNED)
    return variables


def run(workload, mode, length, kinds, tools):
    """Images per second of each kind (the median of the blocks), losses, first-call seconds, peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "errors"), "w+") as errors:
            busy, start = busy_seconds(), time.perf_counter()
            process = subprocess.Popen(
                command(workload, mode, length, kinds, tools, folder), stdout=subprocess.PIPE, stderr=errors,
                env=environment(mode), text=True)
            text = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            elapsed = (time.perf_counter() - start) * os.cpu_count()
            others = busy_seconds() - busy - usage.ru_utime - usage.ru_stime
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode != 0:
                errors.seek(0)
                raise Failed((text + errors.read())[-2000:])
    sample = read(text, workload.batch)
    missing = [kind for kind in kinds if kind not in sample]
    if missing:
        raise Failed(f"no line for {missing[0]} in:\n{text[-2000:]}")
    sample["memory"] = usage.ru_maxrss / 1024
    sample["faults"] = usage.ru_minflt
    sample["others"] = max(0.0, others / elapsed)
    return sample


def wait_until_idle(limit, share=0.1):
    """Waits until others leave the machine alone, so many seconds at most."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        busy = busy_seconds()
        time.sleep(0.3)
        if busy_seconds() - busy < share * 0.3 * os.cpu_count():
            return


def busy_seconds():
    """Seconds all processors together have worked since the start, what the hypervisor took away included."""
    with open("/proc/stat") as file:
        user, nice, system, _, _, interrupt, soft, stolen = map(int, file.readline().split()[1:9])
    return (user + nice + system + interrupt + soft + stolen) / os.sysconf("SC_CLK_TCK")


def read(text, batch):
    """The numbers in what a process printed."""
    sample, speeds = {}, {}
    for line in text.splitlines():
        words = line.split()
        match words:
            case ["first", kind, seconds]:
                sample[f"first {kind}"] = float(seconds)
            case ["losses", first, later, steps]:
                sample["losses"] = [float(first), float(later), int(steps)]
            case ["training" | "inference" as kind, seconds, steps]:
                speeds.setdefault(kind, []).append(batch * int(steps) / float(seconds))
    sample.update({kind: statistics.median(values) for kind, values in speeds.items()})
    return sample
