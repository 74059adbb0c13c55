"""pawl's profile redmine-issues against Redmine: redmine.sh prepares what this needs and calls it."""
import csv
import json
import os
import sqlite3
import sys
import time

import real
from real import check, query, same, same_rows

pawl_binary, work = sys.argv[1:]
database = f"{work}/redmine.sqlite3"
log = f"{work}/instance/log/production.log"
issues = int(os.environ["ISSUES"])
parents = [issues + 1, issues + 2, issues + 3]
columns = ("subject", "description", "status_id", "priority_id", "tracker_id", "category_id", "assigned_to_id",
           "fixed_version_id", "parent_issue_id", "start_date", "due_date", "estimated_hours", "done_ratio")
real.alarm(1190)


class Redmine:
    def __init__(self):
        self.port = real.free_port()
        self.process = None

    def start(self):
        self.process = real.start(["puma", "-e", "production", "-b", f"tcp://127.0.0.1:{self.port}", "-t", "4:4", "-C",
                                   "-", "/usr/share/redmine/config.ru"], f"{work}/puma.log", cwd="/usr/share/redmine")
        real.await_port(self.port, self.process, f"{work}/puma.log")

    def kill(self):
        real.kill(self.process)


def written():
    """How many writes have reached Redmine."""
    return sum(" Started PUT " in line or line.startswith("Started PUT ") for line in open(log, errors="replace"))


def stands_there(only=None):
    """{id: {field: value}} of Redmine's database. No text and an empty one are the same there."""
    names = ", ".join("parent_id" if name == "parent_issue_id" else name for name in columns)
    shown = {id: {name: None if value == "" else value for name, value in zip(columns, rest)}
             for id, *rest in query(database, f"select id, {names} from issues")}
    return {id: shown[id] for id in only} if only else shown


def comments():
    found = {}
    for issue, notes in query(database, "select journalized_id, notes from journals where notes <> '' order by id"):
        found.setdefault(issue, []).append(notes)
    return found


def as_stored(patch):
    """What Redmine's database holds after a patch: it ends lines as the web does (Issue#description=)."""
    lines = patch.get("description")
    more = {} if not lines else {"description": lines.replace("\r\n", "\n").replace("\n", "\r\n")}
    return {**patch, **more}


def holds(issue, patch):
    return all(issue[name] == value for name, value in as_stored(patch).items() if name != "notes")


def await_changed(count, run, like="Row %"):
    changed = lambda: query(database, "select count(*) from issues where subject like ?", like)[0][0]
    return real.await_changed(changed, count, "issues", run, f"{work}/pawl.log")


def every_field():
    """A patch for each issue: closed, retagged, given and cleared. Each of the profile's fields is in some."""
    priorities = [id for id, in query(database, "select id from enumerations where type = 'IssuePriority' order by id")]
    reader = query(database, "select id from users where login = 'reader'")[0][0]
    rows = []
    for n in range(1, issues + 1):
        patch = {"subject": f'Row {n}: "done", she said ü🚀', "status_id": 5 if n % 3 else 2,
                 "priority_id": priorities[n % len(priorities)]}
        if n % 2 == 0:
            patch["category_id"] = None if n % 4 == 0 else 2
        if n % 3 == 0:
            patch["assigned_to_id"] = None if n % 6 == 0 else reader
        if n % 5 == 0:
            patch["fixed_version_id"] = None if n % 10 == 0 else 2
        if n % 6 == 0:
            patch["start_date"] = None if n % 12 == 0 else "2027-02-01"
        if n % 7 == 0:
            patch["due_date"] = None if n % 14 == 0 else "2027-04-30"
        if n % 8 == 0:
            patch["estimated_hours"] = None if n % 16 == 0 else 7.25
        if n % 9 == 0:
            patch["done_ratio"] = n % 11 * 10
        if n % 10 < 3:
            patch["description"] = [None, f"first\nsecond {n}", f"first\r\nsecond {n}"][n % 10]
        if n % 11 == 0:
            patch["tracker_id"] = 2
        if n % 13 == 0:
            patch["parent_issue_id"] = parents[n % 3]
        rows.append({"id": str(n), "patch": patch})
    real.write_rows(f"{work}/jobs.ndjson", rows)
    return {int(row["id"]): row["patch"] for row in rows}


def main():
    redmine = Redmine()
    redmine.start()
    https, tls = real.put_tls_before(work, redmine.port)
    pawl = real.Pawl(pawl_binary, work, "redmine-issues", f"https://localhost:{https}", "-o", "timeouts.attempt=10s")
    try:
        look(pawl)
        patches = every_field()
        before = stands_there()
        plan(pawl, before)
        closed(pawl, redmine, patches)
        again(pawl)
        touched = verified(pawl)
        taken_back(pawl, before, touched)
        expected(pawl)
        commented(pawl, redmine)
        without_right(pawl)
    finally:
        real.kill(tls)
        redmine.kill()
    real.finish()


def look(pawl):
    done = pawl.runs("doctor", 0, "doctor")
    check("doctor names the account of the key", "account  1" in done.stdout, done.stdout)
    pawl.runs("pull", 0, "pull", None, "--out", "all.csv")
    listed = [int(row["id"]) for row in csv.DictReader(open(f"{work}/all.csv"))]
    same("pull lists every issue once, closed ones too", sorted(listed), sorted(stands_there()))


def plan(pawl, before):
    writes = written()
    done = pawl.runs("plan", 0, "plan", "jobs.ndjson", "--format", "ndjson")
    planned = [json.loads(line) for line in done.stdout.splitlines()]
    same("plan names each issue", sum(one.get("what") == "write" for one in planned), issues)
    same("plan has written nothing", (written() - writes, stands_there() == before), (0, True))


def closed(pawl, redmine, patches):
    begun = time.monotonic()
    run = pawl.start("run", "jobs.ndjson", "--yes", "--progress", "none")
    await_changed(issues // 5, run)
    real.kill(run)
    run = pawl.start("run", "jobs.ndjson", "--yes", "--progress", "none")
    at = [await_changed(issues * 2 // 5, run)]
    redmine.kill()
    redmine.start()
    at.append(await_changed(issues * 7 // 10, run))
    real.kill(run)
    pawl.runs("run, killed twice and Redmine once", 0, "run", "jobs.ndjson", "--yes", "--progress", "none")
    print(f"      {time.monotonic() - begun:.0f} s; Redmine was killed at {at[0]} issues, pawl at {at[1]} the second "
          "time")
    ledger = real.outcomes(f"{work}/jobs.ndjson.ledger")
    shown = stands_there()
    same("every row is applied", real.counted(ledger), {"applied": issues})
    same_rows("the database holds what the ledger says, in every field",
              {int(id): holds(shown[int(id)], patches[int(id)]) for id, _ in ledger.values()},
              {int(id): outcome == "applied" for id, outcome in ledger.values()})


def again(pawl):
    writes = written()
    pawl.runs("the same rows again", 0, "run", "jobs.ndjson", "--yes", "--again")
    same("all are unchanged", real.counted(real.outcomes(f"{work}/jobs.ndjson.ledger")), {"unchanged": issues})
    same("and nothing was sent", written() - writes, 0)


def verified(pawl):
    pawl.runs("verify", 0, "verify", "jobs.ndjson.ledger", "--generation", "1")
    touched = {7: ("subject", "by hand"), 8: ("estimated_hours", 99.0), 10: ("status_id", 3)}
    by_hand(touched)
    done = pawl.runs("verify after three edits by hand", 1, "verify", "jobs.ndjson.ledger", "--generation", "1",
                     "--format", "ndjson")
    drifted = {int(json.loads(line)["id"]) for line in done.stdout.splitlines()}
    same("verify names these three", drifted, set(touched))
    return touched


def by_hand(touched):
    link = sqlite3.connect(database, timeout=20)
    for id, (name, value) in touched.items():
        link.execute(f"update issues set {name} = ? where id = ?", (value, id))
    link.commit()
    link.close()


def taken_back(pawl, before, touched):
    done = pawl.offline("undo", "jobs.ndjson.ledger", "--generation", "1", "--profile", pawl.profile)
    same("undo: exit", (done.returncode, done.stderr if done.returncode else ""), (0, ""))
    open(f"{work}/back.ndjson", "w").write(done.stdout)
    pawl.runs("the way back", 0, "run", "back.ndjson", "--yes")
    ledger = real.outcomes(f"{work}/back.ndjson.ledger")
    same("what was edited by hand is skipped", {int(id) for id, outcome in ledger.values() if outcome == "skipped"},
         set(touched))
    same("all the others are back", real.counted(ledger).get("applied"), issues - len(touched))
    # Redmine derives fields of a parent from its children, and leaves some as they are when these go.
    others = [id for id in before if id not in touched and id not in parents]
    same_rows("the database is as it was before the run", stands_there(others), {id: before[id] for id in others})
    shown = stands_there(touched)
    same("the edits by hand stand", {id: shown[id][name] for id, (name, _) in touched.items()},
         {id: value for id, (_, value) in touched.items()})


def expected(pawl):
    """Half of the rows expect what does not stand there."""
    before = stands_there()
    rows = [{"id": str(n), "patch": {"done_ratio": 90}, "expect": {"status_id": 1 if n % 2 else 4}}
            for n in range(20, 60)]
    real.write_rows(f"{work}/expect.ndjson", rows)
    writes = written()
    pawl.runs("rows that expect", 0, "run", "expect.ndjson", "--yes")
    same("those whose expectation does not hold are skipped",
         real.counted(real.outcomes(f"{work}/expect.ndjson.ledger")), {"applied": 20, "skipped": 20})
    same("and only the others were sent", written() - writes, 20)
    shown = stands_there()
    same_rows("the database agrees", {n: shown[n]["done_ratio"] for n in range(20, 60)},
              {n: 90 if n % 2 else before[n]["done_ratio"] for n in range(20, 60)})


def commented(pawl, redmine):
    """Comments are no state that a read shows: no kill may bring one twice. Some rows Redmine refuses."""
    rows = []
    for n in range(1, issues + 1):
        rows.append({"id": str(100_000 + n if n % 70 == 0 else n), "subject": f"Comment {n}, too",
                     "done_ratio": "150" if n % 60 == 0 else "", "notes": f"comment of row {n}" if n % 3 else ""})
    with open(f"{work}/notes.csv", "w", newline="") as out:
        writer = csv.DictWriter(out, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    words = ("notes.csv", "--yes", "--progress", "none", "--max-failures", "none")
    run = pawl.start("run", *words)
    await_changed(issues // 5, run, "Comment %")
    real.kill(run)
    run = pawl.start("run", *words)
    await_changed(issues * 2 // 5, run, "Comment %")
    redmine.kill()
    redmine.start()
    await_changed(issues * 7 // 10, run, "Comment %")
    real.kill(run)
    pawl.runs("comments, pawl killed twice and Redmine once", 1, "run", *words)
    ledger = real.outcomes(f"{work}/notes.csv.ledger")
    wrong = {n for n in range(1, issues + 1) if n % 70 == 0 or n % 60 == 0}
    same_rows("404 and 422 are refused, all others applied", {n: outcome for n, (_, outcome) in ledger.items()},
              {n: "refused" if n in wrong else "applied" for n in range(1, issues + 1)})
    shown = stands_there()
    same_rows("the database agrees", {n: shown[n]["subject"] == f"Comment {n}, too" for n in range(1, issues + 1)},
              {n: n not in wrong for n in range(1, issues + 1)})
    same_rows("each comment stands there once, and no other", comments(),
              {n: [f"comment of row {n}"] for n in range(1, issues + 1) if n % 3 and n not in wrong})


def without_right(pawl):
    """Redmine answers 204 to who may only comment, and drops every field without a word."""
    before, said = stands_there(), comments()
    kinds = [{"subject": "not allowed"}, {"status_id": 5}, {"description": "not\nallowed"}, {"description": None},
             {"estimated_hours": None}, {"assigned_to_id": None}, {"due_date": "2028-01-01"},
             {"status_id": 5, "notes": "allowed"}]
    rows, moot = [], set()
    for n in range(101, 181):
        patch = kinds[n % len(kinds)]
        rows.append({"id": str(n), "patch": patch})
        if holds(before[n], patch):
            moot.add(n)  # nothing is to be changed
    real.write_rows(f"{work}/no-right.ndjson", rows)
    pawl.runs("a key that may only comment", 1, "run", "no-right.ndjson", "--yes", "--max-failures", "none",
              key="commenter")
    ledger = real.outcomes(f"{work}/no-right.ndjson.ledger")
    same_rows("what changed nothing is a mismatch, never applied", {int(id): outcome for id, outcome in ledger.values()},
              {n: "unchanged" if n in moot else "mismatch" for n in range(101, 181)})
    same_rows("the database is as before", stands_there(), before)
    new = {n: notes[len(said.get(n, [])):] for n, notes in comments().items()}
    same("what may be written stands there once", {n: notes for n, notes in new.items() if notes},
         {n: ["allowed"] for n in range(101, 181) if n % len(kinds) == len(kinds) - 1})
    done = pawl("run", "no-right.ndjson", "--yes", "--ledger", "reader.ledger", key="reader")
    check("a key that may only look stops the run or is refused (403)", done.returncode in (1, 4), done.stderr)
    ledger = real.outcomes(f"{work}/reader.ledger")
    check("none of its rows is applied", "applied" not in real.counted(ledger), real.counted(ledger))
    same_rows("the database is as before", stands_there(), before)
    done = pawl("run", "no-right.ndjson", "--yes", "--ledger", "nobody.ledger", key="nobody")
    same("a key that Redmine does not know: exit", done.returncode, 4)


main()
