"""The run over Redmine, its kills, and the comparison: redmine.sh prepares what this needs and calls it."""
import csv
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request

import redmine_bridge

pawl, work = sys.argv[1:]
here = os.path.dirname(os.path.abspath(__file__))
database = f"{work}/redmine.sqlite3"
ledger = f"{work}/jobs.csv.ledger"
issues = int(os.environ["ISSUES"])
# Ends everything that hangs; children end with their own limits (`timeout`).
signal.alarm(600)


def query(file, sql):
    link = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=20)
    try:
        return link.execute(sql).fetchall()
    finally:
        link.close()


class Redmine:
    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = None

    def start(self):
        command = ["timeout", "-s", "KILL", "600", "puma", "-e", "production", "-b", f"tcp://127.0.0.1:{self.port}",
                   "-t", "4:4", "-C", "-", "/usr/share/redmine/config.ru"]
        self.process = subprocess.Popen(command, cwd="/usr/share/redmine", stdout=open(f"{work}/puma.log", "a"),
                                        stderr=subprocess.STDOUT, start_new_session=True)
        deadline = time.monotonic() + 120
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/login", timeout=30).close()
                return
            except (OSError, urllib.error.URLError):
                if self.process.poll() is not None or time.monotonic() > deadline:
                    sys.exit(f"Redmine does not start:\n{open(f'{work}/puma.log').read()}")
                time.sleep(0.2)

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def make_jobs():
    """All kinds of rows: fields, comments with fields, comments alone, and what Redmine refuses."""
    rows = []
    for n in range(1, issues + 1):
        row = {"id": str(n), "subject": f'Row {n}: "done", she said', "status_id": "", "done_ratio": "", "notes": ""}
        if n % 3 != 0:
            row["notes"] = f"comment of row {n}"
        if n % 2 == 0:
            row["status_id"] = str(2 + n % 3)
        if n % 5 == 0:
            row["done_ratio"] = str(n % 11 * 10)
        if n % 60 == 0:
            row["done_ratio"] = "150"  # 422
        if n % 70 == 0:
            row["id"] = str(100_000 + n)  # 404
        rows.append(row)
    with open(f"{work}/jobs.csv", "w", newline="") as out:
        writer = csv.DictWriter(out, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return rows


def changed():
    return query(database, "select count(*) from issues where subject like 'Row %'")[0][0]


def await_changed(count, run):
    deadline = time.monotonic() + 120
    while changed() < count and run.poll() is None:
        if time.monotonic() > deadline:
            sys.exit(f"only {changed()} of {count} issues have changed in 120 s")
        time.sleep(0.02)
    if run.poll() is not None:
        sys.exit(f"the run ended before {count} issues had changed:\n{open(f'{work}/pawl.log').read()}")


def compare(rows):
    wrong = []
    outcomes = {row: rest for row, *rest in query(ledger, "select row, id, outcome from job")}
    shown = {i: rest for i, *rest in query(database, "select id, subject, status_id, done_ratio from issues")}
    comments = {}
    for issue, notes in query(database, "select journalized_id, notes from journals where notes <> ''"):
        comments.setdefault(issue, []).append(notes)
    counts = {}
    for number, row in enumerate(rows, 1):
        id, outcome = outcomes.get(number, (None, "pending"))
        counts[outcome] = counts.get(outcome, 0) + 1
        said = lambda what: wrong.append(f"row {number} (issue {row['id']}) is {outcome}: {what}")
        if id != row["id"]:
            said(f"the ledger's id is {id}")
        issue = shown.get(int(row["id"]))
        written = comments.get(int(row["id"]), [])
        if len(written) != len(set(written)):
            said(f"a comment stands there twice: {written}")
        should = issues >= int(row["id"]) and row["done_ratio"] != "150"
        holds = issue is not None and all(
            not row[name] or str(value) == row[name]
            for name, value in zip(("subject", "status_id", "done_ratio"), issue))
        if outcome == "applied":
            if not holds:
                said(f"Redmine holds {issue}")
            if written != ([row["notes"]] if row["notes"] else []):
                said(f"its comments are {written}")
        elif outcome == "refused":
            if should:
                said("Redmine had no reason")
            if (issue and issue[0].startswith("Row ")) or written:
                said(f"Redmine holds {issue} and the comments {written}")
        else:
            said("only applied and refused are right here")
        if should and outcome != "applied":
            said("it is to be applied")
    for issue, written in comments.items():
        if issue > issues or any(notes != f"comment of row {issue}" for notes in written):
            wrong.append(f"issue {issue} has comments of nobody: {written}")
    return counts, wrong


def main():
    rows = make_jobs()
    redmine = Redmine()
    redmine.start()
    port, writes = redmine_bridge.start(redmine.port)
    command = ["timeout", "-s", "KILL", "300", pawl, "run", "jobs.csv", "--yes", "--profile",
               f"{here}/redmine.toml", "--base-url", f"http://127.0.0.1:{port}", "--token-env", "REDMINE_KEY",
               "--state-dir", f"{work}/state", "--concurrency", "4", "--max-failures", "none", "--progress", "none",
               "-o", "timeouts.attempt=10s"]
    environment = dict(os.environ, REDMINE_KEY=os.environ["KEY"])
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"):
        environment.pop(name, None)
    log = open(f"{work}/pawl.log", "a")

    def start():
        return subprocess.Popen(command, cwd=work, env=environment, stdout=log, stderr=log, start_new_session=True)

    try:
        begun = time.monotonic()
        run = start()
        await_changed(issues // 5, run)
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        print(f"pawl killed at {changed()} changed issues", file=sys.stderr)

        run = start()
        await_changed(issues * 2 // 5, run)
        redmine.kill()
        print(f"Redmine killed at {changed()}", file=sys.stderr)
        redmine.start()
        await_changed(issues * 7 // 10, run)
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        print(f"pawl killed at {changed()}", file=sys.stderr)

        code = start().wait()
        took = time.monotonic() - begun
    finally:
        redmine.kill()
    counts, wrong = compare(rows)
    if code != 1:
        wrong.append(f"the last run ended with {code}, 1 is right: some rows are refused")
    print(f"{issues} rows in {took:.0f} s: " + ", ".join(f"{n} {name}" for name, n in sorted(counts.items())) +
          f"; {len(writes)} writes sent")
    for line in wrong[:30]:
        print("WRONG: " + line)
    if wrong:
        print(open(f"{work}/pawl.log").read(), file=sys.stderr)
        sys.exit(1)
    print("the ledger equals Redmine's database, and no comment stands there twice")


main()
