"""Completion time against the best possible under limits, for pawl and for two usual scripts.

The server is pawl-sandbox: strict sliding windows, counted at a random moment between arrival and reply (a server may
count anywhere there), each reply held back for a while with a fifth of that as jitter. Its journal tells when each
accepted write arrived and how many were refused with 429.

Best possible: all of a window's writes at its very beginning, no time lost between two windows. Share = that time,
from the first write to the last, divided by the time that the client took.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "peers"))
from compare import as_markdown, as_text, machine  # noqa: E402

TOKEN = "pl_v2_sandbox_0123456789abcdefghij"
BODY = '{"status":"done","pain_level":"HIGH"}'
SECONDS_FOR_A_CLIENT = 900
CLIENTS = ["pawl", "pawl, early_release", "aiohttp, leaky bucket", "undici, Bottleneck"]


@dataclass
class Case:
    name: str
    windows: list[tuple[int, int]]  # limit, seconds
    delay_ms: int
    writes: int

    @property
    def connections(self) -> int:
        rate = min(limit / seconds for limit, seconds in self.windows)
        return max(16, math.ceil(2 * rate * self.delay_ms / 1000), min(64, max(l for l, _ in self.windows)))

    @property
    def best_s(self) -> float:
        """From the first to the last write, if nothing but the windows holds anybody up."""
        sent: list[float] = []
        for k in range(self.writes):
            earliest = sent[-1] if sent else 0.0
            for limit, seconds in self.windows:
                if k >= limit:
                    earliest = max(earliest, sent[k - limit] + seconds)
            sent.append(earliest)
        return sent[-1]


def cases(seconds: int) -> list[Case]:
    made = [Case("60/min and 20/10s", [(60, 60), (20, 10)], 100, 240)]
    for limit in (100, 1_000, 5_000):
        made += [Case(f"{limit:,}/s", [(limit, 1)], delay, limit * seconds) for delay in (1, 20, 100)]
    return made


@contextlib.contextmanager
def sandbox(binary: Path, directory: Path, case: Case, count_at: str):
    limits = ",".join(f"{limit}/{seconds}s" for limit, seconds in case.windows)
    process = subprocess.Popen(
        [str(binary), "--threads", str(case.writes), "--write-limit", limits, "--read-limit", "100000/1s",
         "--limit-kind", "sliding", "--count-at", count_at, "--delay", f"{case.delay_ms}ms",
         "--delay-jitter", f"{case.delay_ms * 200}us", "--ca-out", str(directory / "ca.pem"),
         "--journal", str(directory / "journal.ndjson"), "--journal-memory", "0", "--max-seconds", "1800",
         "--die-with-parent"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield json.loads(process.stdout.readline())["base_url"]
    finally:
        process.terminate()
        process.wait(20)


def command(client: str, given: argparse.Namespace, case: Case, url: str, directory: Path) -> list[str]:
    ids = [f"thr_{i:06d}" for i in range(1, case.writes + 1)]
    (directory / "ids").write_text("\n".join(ids) + "\n")
    ca, connections = str(directory / "ca.pem"), str(case.connections)
    windows = ",".join(f"{limit}/{seconds}" for limit, seconds in case.windows)
    if client.startswith("aiohttp"):
        return ["/usr/bin/python3", str(HERE / "script.py"), url + "/threads/", str(directory / "ids"), ca, connections,
                windows]  # fmt: skip
    if client.startswith("undici"):
        origin, path = url[: url.index("/", 8)], url[url.index("/", 8) :]
        return ["node", str(ROOT / "build/quota/script.mjs"), origin, path + "/threads/", str(directory / "ids"), ca,
                connections, windows]  # fmt: skip
    jobs = directory / "jobs.ndjson"
    jobs.write_text("".join(f'{{"id":"{i}","patch":{BODY}}}\n' for i in ids))
    made = [str(given.bin / "pawl"), "run", str(jobs), "--base-url", url, "--ca-file", ca,
            "--token-env", "PRODUCTLANE_API_KEY", "--read-rate", "unlimited", "--concurrency", connections,
            "--no-read-first", "--state-dir", str(directory / "state"), "--progress", "none", "--quiet"]  # fmt: skip
    for limit, seconds in case.windows:
        made += ["--rate", f"{limit}/{seconds}s"]
    if "early_release" in client:
        made += ["-o", "limits.early_release=true"]
    return made


def measure(client: str, given: argparse.Namespace, case: Case) -> list[str]:
    # With early_release the server must count on arrival: that is what the setting says of it.
    count_at = "arrival" if "early_release" in client else "random"
    directory = Path(tempfile.mkdtemp(prefix="pawl-quota-"))
    environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    environment.update(PRODUCTLANE_API_KEY=TOKEN, QUOTA_BODY=BODY)
    try:
        with sandbox(given.bin / "pawl-sandbox", directory, case, count_at) as url:
            began = time.monotonic()
            done = subprocess.run(
                command(client, given, case, url, directory), env=environment, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True, timeout=SECONDS_FOR_A_CLIENT,
            )  # fmt: skip
            took = time.monotonic() - began
        if done.returncode != 0:
            raise RuntimeError(f"{client} ended with {done.returncode}:\n{done.stdout[-2000:]}")
        accepted: list[int] = []
        throttled = 0
        with open(directory / "journal.ndjson", encoding="utf-8") as journal:
            for line in journal:
                entry = json.loads(line)
                if entry["method"] == "PATCH":
                    throttled += entry["status"] == 429
                    if entry["status"] == 200:
                        accepted.append(entry["t"])
        if len(accepted) != case.writes:
            raise RuntimeError(f"{client}: {len(accepted)} of {case.writes} writes were accepted")
        share = case.best_s / ((max(accepted) - min(accepted)) / 1e6)
        return [case.name, f"{case.delay_ms} ms", client, f"{took:.2f}", f"{case.best_s:.1f}", f"{share:.1%}",
                f"{throttled:,}"]  # fmt: skip
    finally:
        shutil.rmtree(directory)


HEADER = ["limits", "reply time", "client", "seconds", "best", "share of the quota", "429s"]


def all_at_once(given: argparse.Namespace, case: Case) -> list[list[str]]:
    """For limits so low that nobody works the machine: the clients side by side, each with a server of its own."""
    rows: dict[str, list[str]] = {}

    def one(client: str) -> None:
        rows[client] = measure(client, given, case)

    threads = [threading.Thread(target=one, args=(c,)) for c in CLIENTS]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if len(rows) != len(CLIENTS):
        sys.exit("a client failed, see above")
    return [rows[c] for c in CLIENTS]


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--bin", type=Path, default=ROOT / "build/release/bin", help="where pawl and pawl-sandbox are")
    ask.add_argument("--seconds", type=int, default=10, help="windows of a second that each of the fast cases fills")
    ask.add_argument("--only", default="", help="cases whose `limits reply-time` contains this")
    ask.add_argument("--clients", default="", help="clients whose name contains this")
    ask.add_argument("--markdown", type=Path, help="the table goes there as Markdown as well")
    given = ask.parse_args()
    given.bin = given.bin.resolve()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    chosen = [c for c in cases(given.seconds) if given.only in f"{c.name} {c.delay_ms} ms"]
    if not chosen:
        names = "; ".join(f"{c.name} {c.delay_ms} ms" for c in cases(given.seconds))
        ask.error(f"--only: no case has {given.only!r} in its name; there are {names}")
    clients = [c for c in CLIENTS if given.clients in c]
    if not clients:
        ask.error(f"--clients: no client has {given.clients!r} in its name; there are {'; '.join(CLIENTS)}")
    CLIENTS[:] = clients

    report = [HEADER]
    print(machine())
    for case in chosen:
        print(f"  {case.name}, {case.delay_ms} ms, {case.connections} connections", file=sys.stderr, flush=True)
        if case.best_s / case.writes > 0.1:
            report += all_at_once(given, case)
        else:
            report += [measure(c, given, case) for c in CLIENTS]
    print(as_text(report))
    if given.markdown:
        given.markdown.write_text(f"{machine()}\n\n{as_markdown(report)}\n")


if __name__ == "__main__":
    main()
