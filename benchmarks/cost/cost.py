"""What an update costs pawl, counted instead of timed: instructions, allocations and system calls.

Counts repeat where times do not, so they can guard against growth in CI. pawl runs twice against the sandbox, with
1,000 and with 3,000 rows; the difference is what 2,000 updates cost, without start, handshakes and end. callgrind
counts what pawl and its libraries execute in user space and a preloaded counter their allocations, over one connection:
with several, how many handshakes are resumed is a matter of luck, and one costs as much as 20 updates. strace counts
system calls, over 16 connections.

Compared with expected.json: more than 5 % above it fails, more than 5 % below asks for --accept, which rewrites it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COUNTER = ROOT / "build/cost/count_allocations.so"
EXPECTED = HERE / "expected.json"
FEW, MANY = 1_000, 3_000
TOLERANCE = 0.05
SECONDS_FOR_A_RUN = 120
TOKEN = "pl_v2_sandbox_0123456789abcdefghij"


def jobs(directory: Path, rows: int) -> Path:
    path = directory / f"{rows}.ndjson"
    path.write_text(
        "".join(
            f'{{"id":"thr_{i:06d}","patch":{{"status":"done","pain_level":"HIGH",'
            f'"tag_ids":["tag_migrated","tag_team_{i % 5}"]}}}}\n'
            for i in range(1, rows + 1)
        )
    )
    return path


@contextlib.contextmanager
def sandbox(binary: Path, directory: Path):
    """The server, without limits; yields its base URL."""
    process = subprocess.Popen(
        [str(binary), "--threads", str(MANY), "--limits", "off", "--ca-out", str(directory / "ca.pem"),
         "--max-seconds", "600", "--die-with-parent"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield json.loads(process.stdout.readline())["base_url"]
    finally:
        process.terminate()
        process.wait(10)


def run(pawl: Path, url: str, directory: Path, rows: int, connections: int, under: list[str]) -> None:
    for old in directory.glob("jobs.ledger*"):
        old.unlink()
    done = subprocess.run(
        [*under, str(pawl), "run", str(jobs(directory, rows)), "--base-url", url, "--ca-file",
         str(directory / "ca.pem"), "--token-env", "PAWL_COST_TOKEN", "--rate", "unlimited", "--read-rate", "unlimited",
         "--concurrency", str(connections), "--no-read-first", "--ledger", str(directory / "jobs.ledger"),
         "--state-dir", str(directory / "state"), "--summary", str(directory / "summary.json"),
         "--progress", "none", "--quiet"],
        env={**os.environ, "PAWL_COST_TOKEN": TOKEN}, capture_output=True, text=True, timeout=SECONDS_FOR_A_RUN,
    )  # fmt: skip
    if done.returncode != 0:
        sys.exit(f"pawl ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    applied = json.loads((directory / "summary.json").read_text())["applied"]
    if applied != rows:
        sys.exit(f"{applied} of {rows} rows were applied")


def under_callgrind(pawl: Path, url: str, directory: Path, rows: int) -> dict[str, float]:
    out = directory / "callgrind.out"
    run(pawl, url, directory, rows, 1, ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "--quiet"])
    return {"instructions": int(re.search(r"^(?:summary|totals): (\d+)", out.read_text(), re.M)[1])}


def under_counter(pawl: Path, url: str, directory: Path, rows: int) -> dict[str, float]:
    out = directory / "allocations"
    counter = ["env", f"LD_PRELOAD={COUNTER}", f"COUNT_ALLOCATIONS_TO={out}"]
    run(pawl, url, directory, rows, 1, counter)
    return {"allocations": int(out.read_text())}


def under_strace(pawl: Path, url: str, directory: Path, rows: int) -> dict[str, float]:
    out = directory / "strace.out"
    run(pawl, url, directory, rows, 16, ["strace", "-f", "-c", "-U", "calls,name", "-o", str(out)])
    calls = {name: int(n) for n, name in re.findall(r"^\s*(\d+)\s+(\w+)$", out.read_text(), re.M)}
    calls.pop("total", None)
    transfer = sum(calls.get(name, 0) for name in ("sendto", "recvfrom", "sendmsg", "recvmsg", "read", "write"))
    disk = sum(calls.get(name, 0) for name in ("read", "write"))
    return {"send_and_receive_calls": transfer - disk, "system_calls": sum(calls.values())}


def per_update(measure, *arguments) -> dict[str, float]:
    few, many = measure(*arguments, FEW), measure(*arguments, MANY)
    return {name: (many[name] - few[name]) / (MANY - FEW) for name in few}


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--accept", action="store_true", help="write what was counted to expected.json")
    ask.add_argument("--repeat", type=int, default=1, help="take the median of so many counts")
    ask.add_argument("--bin", type=Path, default=ROOT / "build/cost/bin", help="where pawl and pawl-sandbox are")
    given = ask.parse_args()

    directory = Path(tempfile.mkdtemp(prefix="pawl-cost-"))
    began = time.monotonic()
    try:
        with sandbox(given.bin / "pawl-sandbox", directory) as url:
            place = (given.bin / "pawl", url, directory)
            counts = [
                {
                    **per_update(under_callgrind, *place),
                    **per_update(under_counter, *place),
                    **per_update(under_strace, *place),
                }
                for _ in range(given.repeat)
            ]
    finally:
        shutil.rmtree(directory)
    counted = {name: round(statistics.median(c[name] for c in counts), 2) for name in counts[0]}
    if given.accept:
        EXPECTED.write_text(json.dumps(counted, indent=2) + "\n")
    expected = json.loads(EXPECTED.read_text())
    failed = False
    print(f"for each update ({time.monotonic() - began:.0f} s):")
    for name, value in counted.items():
        change = value / expected[name] - 1
        failed = failed or change > TOLERANCE
        verdict = "GREW" if change > TOLERANCE else "less: --accept it" if change < -TOLERANCE else "as before"
        every = " ".join(f"{c[name]:,.2f}" for c in counts) if given.repeat > 1 else ""
        print(f"  {name:24} {value:10,.2f}  expected {expected[name]:10,.2f}  {change:+6.1%}  {verdict}  {every}")
    if failed:
        sys.exit("an update costs over 5 % more than it did: look why, or take it with --accept and say why")


if __name__ == "__main__":
    main()
