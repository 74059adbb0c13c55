"""What a row costs as the input grows: check, run and resume, each in a process of its own on one core.

check: offline validation, CSV and NDJSON; beside it `wc -l` on the same file, so that the figures of two machines can
be compared. run: the whole file against nginx, saturated, 64 connections. resume: the same command on a ledger that
holds all rows but one, up to its end; it shows what finding the place costs.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "peers"))
import compare  # noqa: E402
import peers  # noqa: E402
import plot  # noqa: E402

CONNECTIONS = 64
SECONDS_FOR_A_STEP = 3600
EXIT_LIMIT = 3  # pawl: stopped, rows remain


class Scale:
    def __init__(self, place: peers.Place) -> None:
        self.place = place
        self.environment = peers.environment(peers.PEERS[0])

    def measured(self, *command: str, may_exit: tuple[int, ...] = (0,)) -> dict[str, float]:
        result = self.place.directory / "measure.json"
        done = subprocess.run(
            [str(self.place.built / "measure"), str(compare.CLIENT_CORE), str(SECONDS_FOR_A_STEP), str(result), *command],
            env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True,
        )  # fmt: skip
        took = json.loads(result.read_text())
        if took["exit"] not in may_exit:
            sys.exit(f"{' '.join(command)} ended with {took['exit']}:\n{done.stdout[-2000:]}")
        return {
            "cpu_s": (took["user_us"] + took["system_us"]) / 1e6,
            "wall_s": took["wall_us"] / 1e6,
            "peak_mib": took["peak_kib"] / 1024,
        }

    def check(self, jobs: Path) -> dict[str, float]:
        return self.measured(str(self.place.pawl), "check", str(jobs), "--quiet")

    def run(self, rows: int, limit: int | None = None) -> dict[str, float]:
        command = [
            str(self.place.pawl), "run", str(self.place.ndjson(rows)), "--base-url", self.place.origin + "/api/v2",
            "--ca-file", str(self.place.directory / "ca.pem"), "--token-env", "PRODUCTLANE_API_KEY",
            "--rate", "unlimited", "--read-rate", "unlimited", "--concurrency", str(CONNECTIONS), "--no-read-first",
            "--ledger", str(self.ledger), "--state-dir", str(self.place.directory / "state"),
            "--progress", "none", "--quiet",
        ]  # fmt: skip
        if limit is not None:
            command += ["--limit", str(limit)]
        return self.measured(*command, may_exit=(0, EXIT_LIMIT) if limit is not None else (0,))

    @property
    def ledger(self) -> Path:
        return self.place.directory / "scale.ledger"

    def drop_ledger(self) -> None:
        for old in self.place.directory.glob("scale.ledger*"):
            old.unlink()

    def at(self, rows: int) -> dict[str, object]:
        result: dict[str, object] = {"rows": rows}
        with compare.server(self.place, 0):
            for kind, jobs in (("csv", self.place.csv(rows)), ("ndjson", self.place.ndjson(rows))):
                result[f"wc_{kind}"] = self.measured("wc", "-l", str(jobs))
                result[f"check_{kind}"] = self.check(jobs)
            self.drop_ledger()
            result["run"] = self.run(rows, limit=rows - 1)
            result["resume"] = self.run(rows)
            result["ledger_bytes"] = self.ledger.stat().st_size
            self.drop_ledger()
        for made in self.place.directory.glob(f"{rows}.*"):
            made.unlink()
        return result


HEADER = ["rows", "check CSV us a row", "check NDJSON us a row", "run us a row", "peak MiB of run", "ledger bytes a row",
          "resume s", "peak MiB of resume", "check CSV / NDJSON rows/s"]  # fmt: skip


def table(results: list[dict]) -> list[list[str]]:
    rows = [HEADER]
    for r in results:
        n = r["rows"]
        us = lambda name: f"{r[name]['cpu_s'] * 1e6 / n:.2f}"  # noqa: E731
        rows.append([
            f"{n:,}", us("check_csv"), us("check_ndjson"), us("run"), f"{r['run']['peak_mib']:.0f}",
            f"{r['ledger_bytes'] / n:.1f}", f"{r['resume']['wall_s']:.2f}", f"{r['resume']['peak_mib']:.0f}",
            f"{n / r['check_csv']['wall_s']:,.0f} / {n / r['check_ndjson']['wall_s']:,.0f}",
        ])  # fmt: skip
    return rows


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--rows", type=int, action="append", help="repeatable; default 10000, 100000, 1000000")
    ask.add_argument("--pawl", type=Path, default=compare.ROOT / "build/release/bin/pawl")
    ask.add_argument("--json", type=Path, help="the figures as JSON")
    ask.add_argument("--markdown", type=Path, help="the table as Markdown")
    ask.add_argument("--svg", type=Path, help="the plot")
    given = ask.parse_args()
    if any(rows < 2 for rows in given.rows or []):
        ask.error("--rows takes a number from 2 on: all rows but one are sent, then the last")

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    directory = Path(tempfile.mkdtemp(prefix="pawl-scale-"))
    print(compare.machine())
    try:
        compare.certificates(directory)
        place = peers.Place(directory, compare.free_port(), given.pawl.resolve(), compare.ROOT / "build/peers")
        results = [Scale(place).at(rows) for rows in sorted(given.rows or [10_000, 100_000, 1_000_000])]
    finally:
        shutil.rmtree(directory)
    print(compare.as_text(table(results)))
    if given.json:
        given.json.write_text(json.dumps(results, indent=1) + "\n")
    if given.markdown:
        given.markdown.write_text(compare.as_markdown(table(results)) + "\n")
    if given.svg:
        given.svg.write_text(plot.svg(results))


if __name__ == "__main__":
    main()
