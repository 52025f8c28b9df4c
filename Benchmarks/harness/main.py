"""Measures our workloads and the peers' in turns, keeps the numbers in a file, and makes the tables from it."""

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import extras
import machine
import processes
import report
from workloads import FOLDER, MODES, SHORT, WORKLOADS, Length

ROOT = FOLDER.parent


def arguments():
    parser = argparse.ArgumentParser(prog="Benchmarks/run", description=__doc__)
    parser.add_argument(
        "--only", default="", help="workloads or extras, or the beginnings of their names: w3,few,start")
    parser.add_argument("--modes", default="", help="modes: ours,eager,eager+malloc,… (all)")
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is measured, in turns (3)")
    parser.add_argument(
        "--results", default=str(ROOT / ".build/benchmarks/results.json"), help="the file numbers are added to")
    parser.add_argument("--fresh", action="store_true", help="forget the numbers of earlier runs")
    parser.add_argument("--report", action="store_true", help="measure nothing, only make the tables")
    parser.add_argument(
        "--document", default=str(ROOT / "docs/performance.md"), help="where the tables are written")
    parser.add_argument("--no-document", action="store_true", help="only print the tables")
    parser.add_argument(
        "--check", action="store_true", help="a few steps of each of our workloads, no peers, no document")
    parser.add_argument(
        "--patience", type=float, default=30, help="seconds to wait at most until nothing else runs (30)")
    parser.add_argument("--list", action="store_true", help="list workloads, extras and modes")
    for hidden in ("--program", "--peers"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    parser.add_argument("--needs-peers", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def chosen(options):
    """The workloads, extras and modes that were asked for."""
    names = [name for name in options.only.lower().split(",") if name]
    workloads = [w for w in WORKLOADS if not names or any(w.key.startswith(name) for name in names)]
    others = [e for e in extras.ALL if not names or any(e.name.startswith(name) for name in names)]
    wanted = [name for name in options.modes.split(",") if name]
    unknown = set(wanted) - {mode.name for mode in MODES}
    if unknown:
        sys.exit(f"error: there is no mode {sorted(unknown)[0]}; there are {', '.join(mode.name for mode in MODES)}")
    if names and not workloads and not others:
        sys.exit(f"error: nothing is called {options.only}; --list shows what there is")
    return workloads, others, [mode for mode in MODES if not wanted or mode.name in wanted]


def short(workload):
    """The workload for a check: little memory, few steps."""
    return replace(workload, batch=min(workload.batch, 16), size=min(workload.size, 64))


def check(options, workloads):
    """Whether our workloads run, learn, and can be put into a table."""
    failures, results = 0, []
    for workload in dict((w.name, short(w)) for w in workloads).values():
        try:
            kinds = ("training", "inference")
            sample = processes.run(workload, MODES[0], SHORT, kinds, options)
            first, later, _ = sample["losses"]
            if not first > 0 or not later < 2 * first:
                raise processes.Failed(f"the loss went from {first} to {later}")
            results.append({"workload": workload.key, "mode": "ours", "sample": sample})
            print(f"{workload.title}: loss {first:.3f} to {later:.3f}", flush=True)
        except processes.Failed as error:
            failures += 1
            print(f"error: {workload.title}: {error}", flush=True)
    for extra in (extra for extra in extras.ALL if hasattr(extra, "check")):
        try:
            extra.check(options)
            print(f"{extra.title}: works", flush=True)
        except processes.Failed as error:
            failures += 1
            print(f"error: {extra.title}: {error}", flush=True)
    text = report.text({"results": results, "machine": machine.describe(options, False)})
    if "| " not in text:
        failures += 1
        print("error: there is no table in the report")
    return 1 if failures else 0


def measure(options, workloads, others, modes, store):
    """All rounds; each round goes through all modes, beginning with another one."""
    for _ in range(options.rounds):
        for workload in workloads:
            first = sum(entry["workload"] == workload.key for entry in store["results"]) // len(modes) % len(modes)
            for mode in modes[first:] + modes[:first]:
                add(
                    store, options, workload.key, mode,
                    lambda: processes.run(workload, mode, Length(), workload.kinds, options))
        for extra in others:
            for mode in [mode for mode in modes if mode.name in extra.modes]:
                add(store, options, extra.name, mode, lambda: extra.run(mode, options))


def add(store, options, key, mode, run):
    processes.wait_until_idle(options.patience)
    start = time.time()
    try:
        sample = run()
    except processes.Failed as error:
        print(f"error: {key} {mode.name}: {error}", file=sys.stderr, flush=True)
        return
    numbers = ", ".join(f"{k} {v:,.4g}" for k, v in sample.items() if isinstance(v, (int, float)))
    print(f"{key} {mode.name}: {numbers} ({time.time() - start:.0f} s)", flush=True)
    now = time.strftime("%Y-%m-%d %H:%M")
    store["results"].append({"workload": key, "mode": mode.name, "time": now, "sample": sample})
    path = Path(options.results)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(store, indent=1))


def main():
    options = arguments()
    workloads, others, modes = chosen(options)
    needs = not (options.report or options.check or options.list) and any(mode.peer for mode in modes)
    if options.needs_peers:
        print("yes" if needs else "no")
        return 0
    if options.list:
        print("workloads:", *(f"  {w.key}: {w.title}" for w in WORKLOADS), sep="\n")
        print("extras:", *(f"  {e.name}: {e.title}" for e in extras.ALL), sep="\n")
        print("modes:", *(f"  {m.name}: {m.title}" for m in MODES), sep="\n")
        return 0
    if options.check:
        return check(options, workloads)
    path = Path(options.results)
    store = {"results": []}
    if path.exists() and not options.fresh:
        store = json.loads(path.read_text())
    if not options.report:
        store["machine"] = machine.describe(options, needs) | {
            k: v for k, v in store.get("machine", {}).items() if k == "versions" and not needs
        }
        measure(options, workloads, others, modes, store)
    text = report.text(store)
    print(text)
    if not options.no_document:
        report.write(text, Path(options.document))
    return 0


if __name__ == "__main__":
    sys.exit(main())
