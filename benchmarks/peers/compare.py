"""Runs the clients of peers.py interleaved, round by round, against nginx, and prints what each update cost.

The ratio to wrk is taken within a round, so a machine that slows down or shares its cores with others moves both
sides of it. Started by compare.sh, which installs and builds first.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import peers
from peers import BASE, PEERS, Peer, Place

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SERVER_CORE, CLIENT_CORE = 0, 1
SECONDS_FOR_A_CLIENT = 120  # then it is killed, and the comparison fails


@dataclass
class Setting:
    """One table: how long the server holds a reply back, over how many connections, which clients."""

    title: str
    delay_s: float
    connections: int
    updates: int  # in a round, for the fastest clients
    names: list[str]
    rounds: int = 1  # for each that was asked for


FAST = [BASE, "pawl run, NDJSON", "pawl run, CSV", "h2load --h1", "Go net/http", "Node undici, reply parsed"]


def settings(updates: int) -> list[Setting]:
    everyone = [p.name for p in PEERS]
    return [
        Setting("saturated, 64 connections", 0, 64, updates, everyone),
        # Twice the rounds: with 3,000 requests a second every wake-up finds what the rest of the machine left in
        # the caches, and the same program's figure differs by a third from round to round.
        Setting("20 ms of server delay, 64 connections", 0.02, 64, updates // 6, FAST, rounds=2),
        Setting("20 ms of server delay, 512 connections", 0.02, 512, updates, FAST),
    ]


@dataclass
class Sample:
    cpu_us: float  # user and system time for each update
    per_second: float
    peak_mib: float


def certificates(directory: Path) -> None:
    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=directory, check=True, capture_output=True)

    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=peers CA",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")  # fmt: skip
    openssl("req", *curve, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
    (directory / "names.cnf").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-out", "server.pem", "-days", "30", "-extfile", "names.cnf")  # fmt: skip


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def server(place: Place, delay_s: float):
    """nginx on its core; stopped, and waited for, at the end."""
    reply = json.dumps(json.loads((HERE / "thread.json").read_text()), separators=(",", ":"))
    conf = (HERE / "nginx.conf.in").read_text()
    delay = f"echo_sleep {delay_s}; echo_exec @answer;" if delay_s else ""
    if delay:
        conf = conf.replace("@DELAY@ return 200 '@REPLY@';", delay)
    for name, value in {"DELAY": "", "DIR": str(place.directory), "PORT": str(place.port), "REPLY": reply}.items():
        conf = conf.replace(f"@{name}@", value)
    path = place.directory / "nginx.conf"
    path.write_text(conf)
    process = subprocess.Popen(
        ["setpriv", "--pdeathsig", "KILL", "taskset", "-c", str(SERVER_CORE), "nginx", "-p", str(place.directory),
         "-e", str(place.directory / "nginx-error.log"), "-c", str(path)])  # fmt: skip
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", place.port), 1):
                break
            if process.poll() is not None:
                raise RuntimeError("nginx did not start: " + (place.directory / "nginx-error.log").read_text())
            time.sleep(0.05)
        else:
            raise RuntimeError("nginx does not listen")
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def warm(command: list[str]) -> None:
    """Reads the program and the files that its command names. On a virtual machine the first touch of memory that lay
    idle costs up to 10 us a page (the host takes it back: the same 52 MB read from the page cache took 12 ms at once,
    40 ms after a second, 150 ms after ten), and how long a client's files lie idle depends on the others."""
    buffer = bytearray(1 << 16)
    for name in [shutil.which(command[0]) or "", *command[1:]]:
        if os.path.isfile(name):
            with open(name, "rb", buffering=0) as file:
                while file.readinto(buffer):
                    pass


def run_once(place: Place, peer: Peer, updates: int, connections: int) -> Sample:
    command = peer.command(place, updates, connections)
    warm(command)
    result = place.directory / "measure.json"
    done = subprocess.run(
        [str(place.built / "measure"), str(CLIENT_CORE), str(SECONDS_FOR_A_CLIENT), str(result), *command],
        env=peers.environment(peer), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True,
    )  # fmt: skip
    took = json.loads(result.read_text())
    if took["exit"] != 0:
        raise RuntimeError(f"{peer.name} ended with {took['exit']}:\n{done.stdout[-2000:]}")
    good = peer.good(place, done.stdout)
    if good is None:
        good = updates
    if peer.name.startswith("wrk"):
        updates = good
    if good != updates:
        raise RuntimeError(f"{peer.name}: {good} of {updates} replies were as wanted:\n{done.stdout[-2000:]}")
    cpu = took["user_us"] + took["system_us"]
    return Sample(cpu / updates, updates * 1e6 / took["wall_us"], took["peak_kib"] / 1024)


def measure(place: Place, setting: Setting, rounds: int, only: list[str]) -> dict[str, list[Sample]]:
    taking_part = [
        p for p in PEERS
        if p.name in setting.names and setting.connections <= p.most_connections
        and (p.name == BASE or not only or any(o in p.name for o in only))
    ]  # fmt: skip
    samples: dict[str, list[Sample]] = {p.name: [] for p in taking_part}
    place.delay_s = setting.delay_s
    with server(place, setting.delay_s):
        for number in range(rounds):
            # Each round begins elsewhere, so that no client always follows the same one.
            order = taking_part[number % len(taking_part):] + taking_part[: number % len(taking_part)]  # fmt: skip
            for peer in order:
                # With the server's delay everybody is held to the same rate: the same number takes as long.
                share = peer.share if not setting.delay_s else max(peer.share, 0.5)
                updates = int(setting.updates * share)
                print(f"  round {number + 1}/{rounds}: {peer.name}", file=sys.stderr, flush=True)
                samples[peer.name].append(run_once(place, peer, updates, setting.connections))
    return samples


def spread(values: list[float], digits: int) -> str:
    return f"{statistics.median(values):,.{digits}f} ({min(values):,.{digits}f}-{max(values):,.{digits}f})"


HEADER = ["client", "CPU us an update", "x wrk, same round", "updates/s", "peak MiB"]


def table(samples: dict[str, list[Sample]]) -> list[list[str]]:
    base = samples[BASE]
    rows = [HEADER]
    for name, of in samples.items():
        ratios = [s.cpu_us / b.cpu_us for s, b in zip(of, base)]
        rows.append([
            name, spread([s.cpu_us for s in of], 1), spread(ratios, 2), spread([s.per_second for s in of], 0),
            f"{max(s.peak_mib for s in of):.0f}",
        ])  # fmt: skip
    return rows


def as_text(rows: list[list[str]]) -> str:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    line = lambda row: "  ".join(  # noqa: E731
        [row[0].ljust(widths[0])] + [cell.rjust(w) for cell, w in zip(row[1:], widths[1:])]
    )
    return "\n".join(map(line, rows))


def as_markdown(rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "| --- " + "| ---: " * (len(rows[0]) - 1) + "|", *lines[1:]])


def machine() -> str:
    cpu = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.split(":", 1)[1].strip()
            break
    return f"{os.cpu_count()} x {cpu}, Linux {platform.release()}, {time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime())}"


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--rounds", type=int, default=5)
    ask.add_argument("--updates", type=int, default=300_000, help="in a round, for the fastest clients")
    ask.add_argument("--only", action="append", default=[], help="clients whose name contains this; repeatable")
    ask.add_argument("--tables", default="1,2,3", help="1: saturated; 2, 3: 20 ms of delay, 64 and 512 connections")
    ask.add_argument("--pawl", type=Path, default=ROOT / "build/release/bin/pawl")
    ask.add_argument("--markdown", type=Path, help="the tables as Markdown go there as well")
    given = ask.parse_args()
    if given.rounds < 1 or given.updates < 1:
        ask.error("--rounds and --updates take a number from 1 on")
    if not set(given.tables.split(",")) <= {"1", "2", "3"}:
        ask.error(f"--tables: {given.tables!r} is not a list of tables; write 1, 2, 3 or some of them: 1,3")
    for part in given.only:
        if not any(part in p.name for p in PEERS):
            ask.error(f"--only: no client has {part!r} in its name; there are " + "; ".join(p.name for p in PEERS))

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    directory = Path(tempfile.mkdtemp(prefix="pawl-peers-"))
    command = " ".join(["sh benchmarks/peers/compare.sh", *sys.argv[1:]])
    report = [f"{machine()}: `{command}`"]
    print(report[0])
    try:
        certificates(directory)
        place = Place(directory, free_port(), given.pawl.resolve(), ROOT / "build/peers")
        for number, setting in enumerate(settings(given.updates), 1):
            if str(number) not in given.tables.split(","):
                continue
            rounds = given.rounds * setting.rounds
            rows = table(measure(place, setting, rounds, given.only))
            title = f"{setting.title}; {rounds} rounds: median (least-most)"
            print(f"\n{title}\n{as_text(rows)}", flush=True)
            report.append(f"**{title}**\n\n{as_markdown(rows)}")
    finally:
        shutil.rmtree(directory)
    if given.markdown:
        given.markdown.write_text("\n\n".join(report) + "\n")


if __name__ == "__main__":
    main()
