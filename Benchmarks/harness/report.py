"""The tables of docs/performance.md, made from the numbers of all rounds.

A sample during which other processes took more than a twentieth of the machine counts only where there is no better.
"""

import statistics
from collections import defaultdict
from pathlib import Path

import extras
from workloads import MODES, WORKLOADS

BEGIN = "<!-- Benchmarks/run writes what follows -->"
END = "<!-- up to here -->"
DISTURBED = 0.05


class Numbers:
    """All samples of a workload, by mode."""

    def __init__(self, store):
        self.samples = defaultdict(lambda: defaultdict(list))
        for entry in store["results"]:
            self.samples[entry["workload"]][entry["mode"]].append(entry["sample"])

    def values(self, key, mode, name):
        found = [s for s in self.samples[key][mode] if name in s] if key in self.samples else []
        undisturbed = [s for s in found if s.get("others", 0) <= DISTURBED]
        return [s[name] for s in undisturbed or found]

    def mark(self, key, mode):
        """A star where other processes disturbed every sample."""
        found = self.samples[key][mode] if key in self.samples else []
        return "\\*" if found and all(s.get("others", 0) > DISTURBED for s in found) else ""

    def disturbed(self):
        """How many of how many samples were disturbed by other processes."""
        every = [s for modes in self.samples.values() for samples in modes.values() for s in samples if "others" in s]
        return sum(s["others"] > DISTURBED for s in every), len(every)

    def median(self, key, mode, name):
        values = self.values(key, mode, name)
        return statistics.median(values) if values else None


def number(value, places=None):
    if value is None:
        return "–"
    if places is not None:
        return f"{value:,.{places}f}"
    return f"{value:,.0f}" if value >= 1000 else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def table(header, rows, left=1):
    """Markdown; the first columns flush left."""
    marks = ["---" if i < left else "--:" for i in range(len(header))]
    return "\n".join("| " + " | ".join(row) + " |" for row in [header, marks, *rows])


def best(numbers, workload, kind):
    """The best peer mode's name and median; the GAN's only among those that make the same three passes."""
    found = []
    for mode in MODES:
        if mode.peer is None or (workload.name == "w4-dcgan" and kind == "training" and mode.peer != "torch"):
            continue
        value = numbers.median(workload.key, mode.name, kind)
        if value is not None:
            found.append((value, mode))
    return max(found, key=lambda pair: pair[0]) if found else (None, None)


def summary(numbers, kind):
    """One row per workload: ours, the best peer, both ratios."""
    rows = []
    for workload in WORKLOADS:
        ours = numbers.median(workload.key, "ours", kind)
        if ours is None or kind not in workload.kinds:
            continue
        value, mode = best(numbers, workload, kind)
        installed = numbers.median(workload.key, "eager", kind)
        wanted = workload.target[kind]
        values = numbers.values(workload.key, "ours", kind)
        rows.append([
            workload.title, number(ours) + numbers.mark(workload.key, "ours"),
            f"{number(min(values))}–{number(max(values))}",
            number(value) + (numbers.mark(workload.key, mode.name) if mode else ""), mode.title if mode else "–", f"**{ours / value:.2f}**" if value else "–", number(wanted, 2),
            f"{ours / installed:.2f}" if installed else "–",
        ])
    if not rows:
        return ""
    header = [
        kind, "images/s", "range", "best peer", "which", "ratio", "wanted", "to PyTorch as installed",
    ]
    return table(header, rows)


def with_spread(values):
    """The median, and half of the range as a share of it."""
    if not values:
        return "–"
    middle = statistics.median(values)
    spread = f" ±{50 * (max(values) - min(values)) / middle:.0f} %" if len(values) > 1 else ""
    return number(middle) + spread


def details(numbers, kind):
    """All modes: median and range of every workload."""
    modes = [m for m in MODES if any(numbers.values(w.key, m.name, kind) for w in WORKLOADS)]
    rows = []
    for workload in WORKLOADS:
        if kind not in workload.kinds or not numbers.values(workload.key, "ours", kind):
            continue
        row = [workload.title]
        for mode in modes:
            values = numbers.values(workload.key, mode.name, kind)
            row.append(with_spread(values) + numbers.mark(workload.key, mode.name))
        rows.append(row)
    return table([f"{kind}, images/s", *(mode.title for mode in modes)], rows) if rows else ""


def memory(numbers):
    rows = []
    big = [(e.name, e.title) for e in extras.ALL if isinstance(e, extras.BigTraining)]
    for key, title in [(w.key, w.title) for w in WORKLOADS] + big:
        ours, theirs = (numbers.median(key, mode, "memory") for mode in ("ours", "eager"))
        if ours is None:
            continue
        keras = numbers.median(key, "graph", "memory")
        ratio = f"{ours / theirs:.2f}" if theirs else "–"
        rows.append([title, number(ours, 0), number(theirs, 0), number(keras, 0), ratio])
    header = ["peak memory of the process, MB", "cnnrepl", "PyTorch eager", "Keras", "to PyTorch"]
    return table(header, rows) if rows else ""


def losses(numbers):
    rows = []
    for workload in WORKLOADS:
        row = [workload.title]
        for mode in ("ours", "eager", "graph"):
            found = numbers.values(workload.key, mode, "losses")
            row.append("{:.3f} → {:.3f}".format(*found[-1]) if found else "–")
        if row[1] != "–":
            rows.append(row)
    return table(["first loss → mean of steps 9 to 16", "cnnrepl", "PyTorch eager", "Keras"], rows) if rows else ""


def start_up(numbers):
    rows = []
    for name, title, unit in (
        ("hello", "start to a first result, ms", 1000), ("memory", "memory by then, MB", 1),
        ("first steps", "start to six steps of LeNet-5 and the end, ms", 1000),
    ):
        values = [numbers.median("start-up", mode, name) for mode in ("ours", "eager", "graph")]
        if values[0] is not None:
            rows.append([title, *(number(v * unit if v is not None else None) for v in values)])
    return table(["start-up", "cnnrepl", "PyTorch", "TensorFlow"], rows) if rows else ""


def loop(numbers):
    rows = []
    pairs = [
        ("LeNet-5", "LeNet-5, batch 128, images/s"), ("one image", "LeNet-5, batch 1, µs a step"),
        ("smallest", "one dense layer, batch 1, µs a step"),
    ]
    for name, title in pairs:
        values = [numbers.median("loop", "ours", f"{name} {way}") for way in ("loop", "fit")]
        if all(values):
            rows.append([title, *map(number, values), f"{values[0] / values[1]:.2f}"])
    return table(["the loop against fit", "loop with minimize", "fit", "ratio"], rows) if rows else ""


def compiling(numbers):
    rows = []
    for kind in ("inference", "training"):
        first, later = (numbers.median("compile", "ours", f"{which} {kind}") for which in ("first", "later"))
        if first and later:
            rows.append([f"ResNet-50, {kind}, batch 1", *(number(1000 * v) for v in (first, later, first - later))])
    return table(["ms", "first call", "later call", "compiling at most"], rows) if rows else ""


def scaling(numbers):
    parts = []
    for name, title in (("w1-lenet", "LeNet-5"), ("w3-resnet20", "ResNet-20")):
        columns = (16, 32, 64, 128, 256, 512)
        parts += scaled(numbers, f"{title}, µs an image at batch", columns, lambda n: f"{name} {n}", lambda n: 1)
    parts += scaled(
        numbers, "U-Net, batch 8, ns a pixel at size", (32, 64, 128, 256), lambda n: f"w5-unet size {n}",
        lambda n: n * n / 1000)
    return "\n\n".join(parts)


def scaled(numbers, title, columns, name, divisor):
    rows = []
    for mode in ("ours", "channels_last+malloc"):
        speeds = [numbers.median("scaling", mode, name(n)) for n in columns]
        if all(speeds):
            rows.append([
                next(m.title for m in MODES if m.name == mode),
                *(number(1e6 / (speed * divisor(n))) for speed, n in zip(speeds, columns))])
    return [table([title, *map(str, columns)], rows)] if rows else []


def text(store):
    """Everything that was measured, as Markdown."""
    numbers = Numbers(store)
    about = store.get("machine", {})
    versions = ", ".join(f"{name} {version}" for name, version in about.get("versions", {}).items())
    rounds = max((len(s) for modes in numbers.samples.values() for s in modes.values()), default=0)
    when = sorted(entry.get("time", "") for entry in store["results"])
    lines = [
        f"Measured {when[0] if when else ''}{' to ' + when[-1] if len(when) > 1 else ''} on {about.get('processor')}, "
        f"{about.get('threads')} threads, {about.get('memory')}, {about.get('system')}; cnnrepl {about.get('cnnrepl')} "
        f"at {about.get('commit')}{f'; {versions}' if versions else ''}; up to {rounds} rounds in turns, medians."
    ]
    disturbed, every = numbers.disturbed()
    if disturbed:
        lines.append(
            f"Other processes took more than {DISTURBED:.0%} of the machine during {disturbed} of {every} measurements; "
            "those count, with a star, only where there is no other.")
    sections = [
        ("Training", [summary(numbers, "training")]), ("Inference", [summary(numbers, "inference")]),
        ("All modes", [details(numbers, "training"), details(numbers, "inference")]),
        ("Memory", [memory(numbers)]), ("Start-up", [start_up(numbers)]),
        ("The hand-written loop", [loop(numbers)]), ("Compiling", [compiling(numbers)]),
        ("Scaling", [scaling(numbers)]), ("Do all of them learn?", [losses(numbers)]),
    ]
    for title, parts in sections:
        parts = [part for part in parts if part]
        if parts:
            lines += [f"## {title}", *parts]
    return "\n\n".join(lines)


def write(tables, path: Path):
    """Puts the tables between the document's marks."""
    document = path.read_text() if path.exists() else f"# Performance\n\n{BEGIN}\n{END}\n"
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"error: {path} lacks the lines {BEGIN} and {END}")
    path.write_text(f"{before}{BEGIN}\n\n{tables}\n\n{END}{after}")
