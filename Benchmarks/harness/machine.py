"""What the numbers were measured on and with."""

import json
import platform
import subprocess

from workloads import processors


def describe(options, with_peers):
    """Processor, threads, memory, versions."""
    system = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    found = {
        "processor": field("/proc/cpuinfo", "model name") or platform.machine(),
        "threads": processors(),
        "memory": f"{int((field('/proc/meminfo', 'MemTotal') or '0 kB').split()[0]) / 2**20:.0f} GiB",
        "system": f"{system}, Linux {platform.release().split('-')[0]}",
        "cnnrepl": output([options.program, "--version"]),
        "commit": output(["git", "describe", "--always", "--dirty"]),
    }
    if with_peers:
        code = (
            "import importlib.metadata as m, json, platform\n"
            "names = 'torch', 'tensorflow-cpu', 'keras', 'numpy'\n"
            "print(json.dumps({'Python': platform.python_version()} | {n: m.version(n) for n in names}))")
        found["versions"] = json.loads(output([options.peers, "-c", code]) or "{}")
    return found


def field(path, name):
    """The first value of a name in one of Linux's text files."""
    with open(path) as file:
        for line in file:
            key, _, value = line.partition(":")
            if key.strip() == name:
                return value.strip()
    return None


def output(command):
    """What a command prints, nothing where it can't be run."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
