"""The clients of the comparison: how each is started, and how many good replies it says it got."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

PATH = "/api/v2/threads/"
# The set of tags, the status and two more fields: 118 bytes.
BODY = (
    '{"status":"done","pain_level":"HIGH","assignee_id":"usr_5f0c1a2b",'
    '"tag_ids":["tag_migrated","tag_billing","tag_8c1f"]}'
)
WANTED_CSV = "done,HIGH,usr_5f0c1a2b,tag_migrated;tag_billing;tag_8c1f"
TOKEN = "pl_v2_bench0123456789abcdefghij"


def thread_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


@dataclass
class Place:
    """Where a comparison runs: its directory, its server, and the files made for it."""

    directory: Path
    port: int
    pawl: Path
    built: Path  # measure, go-client, node_modules
    delay_s: float = 0.0  # for which the server holds each reply back

    @property
    def origin(self) -> str:
        return f"https://localhost:{self.port}"

    def ids(self, updates: int) -> Path:
        return self._file(f"{updates}.ids", updates, "", lambda i: thread_id(i))

    def ndjson(self, updates: int) -> Path:
        patch = BODY
        return self._file(
            f"{updates}.ndjson", updates, "", lambda i: f'{{"id":"{thread_id(i)}","patch":{patch}}}'
        )

    def csv(self, updates: int) -> Path:
        header = "id,status,pain_level,assignee_id,tag_ids\n"
        return self._file(f"{updates}.csv", updates, header, lambda i: f"{thread_id(i)},{WANTED_CSV}")

    def curl_config(self, updates: int) -> Path:
        common = (
            'request = "PATCH"\nheader = "Content-Type: application/json"\n'
            f'header = "Authorization: Bearer {TOKEN}"\n'
            f"data-raw = {json.dumps(BODY)}\noutput = \"/dev/null\"\nfail\n"
            f'cacert = "{self.directory / "ca.pem"}"\nhttp1.1\n'
        )
        return self._file(
            f"{updates}.curl",
            updates,
            "",
            lambda i: ("next\n" if i > 1 else "") + f'url = "{self.origin}{PATH}{thread_id(i)}"\n{common}',
        )

    def _file(self, name: str, updates: int, header: str, line: Callable[[int], str]) -> Path:
        path = self.directory / name
        if not path.exists():
            with open(path, "w", encoding="ascii") as out:
                out.write(header)
                for i in range(1, updates + 1):
                    out.write(line(i) + "\n")
        return path


@dataclass
class Peer:
    """One line of the table."""

    name: str
    share: float  # of the round's updates: slower clients get fewer, so that all take about as long
    command: Callable[[Place, int, int], list[str]]  # place, updates, connections
    good: Callable[[Place, str], int | None]  # replies as wanted, from its output; None: it does not tell
    most_connections: int = 1 << 20
    environment: dict[str, str] | None = None


def wrk(place: Place, updates: int, connections: int) -> list[str]:
    return [
        "wrk", "-t1", f"-c{connections}", f"-d{wrk_seconds(place, updates, connections)}s", "-s",
        str(Path(__file__).with_name("wrk.lua")), place.origin,
    ]  # fmt: skip


def wrk_seconds(place: Place, updates: int, connections: int) -> int:
    """wrk runs for a time, not for a number: as long as the others take, so that its start weighs the same."""
    per_second = 80_000.0  # what one core of 2026 gives
    if place.delay_s:
        per_second = min(per_second, connections / place.delay_s)
    return max(1, round(updates / per_second))


def h2load(place: Place, updates: int, connections: int) -> list[str]:
    body = place.directory / "body.json"
    body.write_text(BODY)
    return [
        "h2load", "--h1", "-t1", f"-n{updates}", f"-c{connections}", f"-d{body}", "-H:method: PATCH",
        "-Hcontent-type: application/json", f"-Hauthorization: Bearer {TOKEN}",
        f"{place.origin}{PATH}{thread_id(1)}",
    ]  # fmt: skip


def curl(place: Place, updates: int, connections: int) -> list[str]:
    return [
        "curl", "--silent", "--parallel", "--parallel-max", str(connections), "--config",
        str(place.curl_config(updates)),
    ]  # fmt: skip


def go(mode: str) -> Callable[[Place, int, int], list[str]]:
    return lambda place, updates, connections: [
        str(place.built / "go-client"), place.origin + PATH, str(place.ids(updates)),
        str(place.directory / "ca.pem"), str(connections), mode,
    ]  # fmt: skip


def undici(place: Place, updates: int, connections: int) -> list[str]:
    return [
        "node", str(place.built / "client.mjs"), place.origin, PATH, str(place.ids(updates)),
        str(place.directory / "ca.pem"), str(connections),
    ]  # fmt: skip


def aiohttp(place: Place, updates: int, connections: int) -> list[str]:
    return [
        "/usr/bin/python3", str(Path(__file__).with_name("client.py")), place.origin + PATH, str(place.ids(updates)),
        str(place.directory / "ca.pem"), str(connections),
    ]  # fmt: skip


def pawl(kind: str) -> Callable[[Place, int, int], list[str]]:
    def command(place: Place, updates: int, connections: int) -> list[str]:
        jobs = place.ndjson(updates) if kind == "ndjson" else place.csv(updates)
        for old in place.directory.glob("pawl.ledger*"):
            old.unlink()
        return [
            str(place.pawl), "run", str(jobs), "--profile", "productlane", "--base-url", place.origin + "/api/v2",
            "--ca-file", str(place.directory / "ca.pem"), "--token-env", "PRODUCTLANE_API_KEY",
            "--rate", "unlimited", "--read-rate", "unlimited", "--concurrency", str(connections),
            "--no-read-first", "--ledger", str(place.directory / "pawl.ledger"),
            "--state-dir", str(place.directory / "state"), "--summary", str(place.directory / "summary.json"),
            "--progress", "none", "--quiet",
        ]  # fmt: skip

    return command


def pawl_good(place: Place, _: str) -> int:
    return json.loads((place.directory / "summary.json").read_text())["applied"]


def said(_: Place, output: str) -> int:
    return int(re.search(r"^PEERS (\d+)$", output, re.M)[1])


def wrk_good(_: Place, output: str) -> int:
    requests, errors = re.search(r"^PEERS (\d+) (\d+)$", output, re.M).groups()
    if int(errors) != 0:
        raise RuntimeError(f"wrk saw {errors} errors:\n{output}")
    return int(requests)


def h2load_good(_: Place, output: str) -> int:
    return int(re.search(r"status codes: (\d+) 2xx", output)[1])


BASE = "wrk, a path for each request"

PEERS = [
    Peer(BASE, 1.0, wrk, wrk_good),
    Peer("wrk, one fixed request", 1.0, wrk, wrk_good, environment={"PEERS_FIXED": "1"}),
    Peer("pawl run, NDJSON", 1.0, pawl("ndjson"), pawl_good),
    Peer("pawl run, CSV", 1.0, pawl("csv"), pawl_good),
    Peer("h2load --h1", 1.0, h2load, h2load_good),
    Peer("Go net/http", 0.6, go("discard"), said),
    Peer("Go net/http, reply parsed", 0.4, go("parse"), said),
    Peer("Node undici, reply parsed", 0.4, undici, said),
    Peer("curl --parallel", 0.3, curl, lambda place, output: None, most_connections=300),
    Peer("Python aiohttp, reply parsed", 0.1, aiohttp, said),
]


def environment(peer: Peer) -> dict[str, str]:
    env = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    env.update(PEERS_BODY=BODY, PEERS_PATH=PATH, PRODUCTLANE_API_KEY=TOKEN)
    env.update(peer.environment or {})
    return env
