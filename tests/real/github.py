"""pawl's profile github-issues through Prism: github.sh prepares what this needs and calls it."""
import csv
import json
import os
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request

import real
from real import check, same, same_rows

pawl_binary, work, modules = sys.argv[1:]
here = os.path.dirname(os.path.abspath(__file__))
issues, jobs = 130, 60
real.alarm(1190)
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class GitHub:
    def __init__(self):
        real.certificate(work)
        self.process = subprocess.Popen(["timeout", "-s", "KILL", "1200", "node", f"{here}/github.mjs", work, modules,
                                         str(issues)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=open(f"{work}/github.log", "w"), text=True)
        line = self.process.stdout.readline()
        if not line:
            sys.exit("the stub does not start:\n" + open(f"{work}/github.log").read())
        told = json.loads(line)
        self.front, self.stub, self.version = told["front"], told["stub"], told["description"]

    def ask(self, path, body=None):
        """The stub itself, past Prism."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.stub}{path}",
                                         data=None if body is None else json.dumps(body).encode())
        with direct.open(request, timeout=30) as reply:
            return json.load(reply)

    def edit(self, number, **fields):
        """An edit by somebody else."""
        self.ask("/edit", {"number": number, "fields": fields})

    def truth(self):
        """{number: fields}; why an issue is open again stays with it, and when it changed is not compared."""
        return {int(n): {name: value for name, value in issue.items() if name != "updated_at"}
                for n, issue in self.ask("/truth").items()}

    def violations(self):
        return self.ask("/violations")["violations"]

    def patches(self):
        return self.ask("/violations")["patches"]

    def end(self):
        self.process.stdin.close()
        self.process.wait(30)


def is_awake(github):
    """Prism and the schema see what is wrong; these are not counted."""
    context = ssl.create_default_context(cafile=f"{work}/tls.crt")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    url = f"https://localhost:{github.front}/repos/octo/hello/issues"
    wrong = [("PATCH", "/1", {"state": "done"}), ("PATCH", "/1", {"labels": "bug"}), ("PATCH", "/1", {"titel": "x"}),
             ("GET", "?state=shut", None), ("GET", "?per_pages=100", None), ("DELETE", "/1", None)]
    for method, path, body in wrong:
        before = len(github.violations())
        request = urllib.request.Request(url + path, method=method, data=None if body is None else json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json",
                                                  "Authorization": "Bearer " + os.environ["EDITOR"]})
        try:
            opener.open(request, timeout=30).close()
        except urllib.error.HTTPError as refused:
            refused.close()
        check(f"a wrong request is seen: {method} {path} {body or ''}", len(github.violations()) > before)
    github.edit(1, state="open", title="Issue 1", labels=["bug"])  # Prism tells of them, and passes them on
    return len(github.violations())


def wanted(patch, before):
    """What stands there after a patch, in the words of the stub."""
    next = dict(before)
    for name, value in patch.items():
        if name in ("add_labels", "remove_labels"):
            continue
        next[name] = value
    labels = list(next["labels"])
    labels = [one for one in labels if one.lower() not in [gone.lower() for gone in patch.get("remove_labels", [])]]
    labels += [one for one in patch.get("add_labels", []) if one.lower() not in [has.lower() for has in labels]]
    next["labels"] = labels
    if "state" in patch and patch["state"] != before["state"] and "state_reason" not in patch:
        next["state_reason"] = "completed" if patch["state"] == "closed" else "reopened"
    return normal(next)


def normal(issue):
    """Labels and logins are the same in any case and order."""
    return {**issue, "labels": sorted(one.lower() for one in issue["labels"]),
            "assignees": sorted(one.lower() for one in issue["assignees"])}


def every_field():
    rows = []
    for n in range(1, jobs + 1):
        patch = {"title": f'Row {n}: "done", she said ü🚀'}
        if n % 3:
            patch["state"] = "closed"
            if n % 2:
                patch["state_reason"] = ["completed", "not_planned", "duplicate"][n % 3]
        if n % 4 == 1:
            patch["body"] = [None, f"first\nsecond {n}"][n % 2]
        elif n % 4 == 3:
            patch["body"] = None
        if n % 5 == 0:
            patch["assignees"] = [[], ["hubot", "Monalisa"]][n % 2]
        if n % 6 < 2:
            patch["milestone"] = [None, 2][n % 2]
        if n % 7 == 0:
            patch["labels"] = ["Documentation", "P1", "BUG"]
        elif n % 2:
            patch["remove_labels"] = ["bug"]
            patch["add_labels"] = ["documentation"]
        rows.append({"id": str(n), "patch": patch})
    real.write_rows(f"{work}/jobs.ndjson", rows)
    return {int(row["id"]): row["patch"] for row in rows}


def main():
    github = GitHub()
    pawl = real.Pawl(pawl_binary, work, "github-issues", f"https://localhost:{github.front}", "-o", "vars.owner=octo", "-o",
                     "vars.repo=hello", "-o", "timeouts.attempt=10s")
    pawl.runs("doctor, within the limits of the profile", 0, "doctor")
    pawl.target += ["--rate", "20/s", "-o", "limits.all=unlimited"]
    try:
        known = is_awake(github)
        look(pawl, github)
        patches = every_field()
        before = github.truth()
        plan(pawl, github, before)
        changed(pawl, github, patches, before)
        again(pawl, github)
        touched = verified(pawl, github)
        taken_back(pawl, github, before, touched)
        expected(pawl, github)
        without_push(pawl, github)
        refused(pawl, github)
        broken = github.violations()[known:]
        print(f"      {github.patches()} writes, {github.ask('/violations')['requests']} requests in all; description {github.version}")
        check("every request and reply is as GitHub's own description says", not broken, *broken[:20])
    finally:
        github.end()
    real.finish()


def look(pawl, github):
    pawl.runs("pull", 0, "pull", None, "--out", "all.csv")
    same("pull follows Link and lists every issue once",
         sorted(int(row["id"]) for row in csv.DictReader(open(f"{work}/all.csv"))), sorted(github.truth()))
    pawl.runs("pull --where", 0, "pull", None, "--out", "bugs.csv", "--where", "labels has bug", "--where", "state=open")
    same("conditions", sorted(int(row["id"]) for row in csv.DictReader(open(f"{work}/bugs.csv"))),
         sorted(n for n, issue in github.truth().items() if "bug" in issue["labels"] and issue["state"] == "open"))


def plan(pawl, github, before):
    old = github.patches()
    done = pawl.runs("plan", 0, "plan", "jobs.ndjson", "--format", "ndjson")
    planned = [json.loads(line) for line in done.stdout.splitlines()]
    same("plan names each issue", sum(one.get("what") == "write" for one in planned), jobs)
    same("plan has written nothing", (github.patches() - old, github.truth() == before), (0, True))


def changed(pawl, github, patches, before):
    for share in (3, 6):
        run = pawl.start("run", "jobs.ndjson", "--yes", "--progress", "none")
        deadline = time.monotonic() + 60
        while sum(one["title"].startswith("Row ") for one in github.truth().values()) < jobs * share // 10:
            if run.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"the run does not get on:\n{open(f'{work}/pawl.log').read()}")
        real.kill(run)
    github.ask("/hiccups")
    pawl.runs("run, killed twice, and told of the secondary limit", 0, "run", "jobs.ndjson", "--yes", "--progress", "none")
    ledger = real.outcomes(f"{work}/jobs.ndjson.ledger")
    same("every row is applied", real.counted(ledger), {"applied": jobs})
    same_rows("what stands there is what the rows say", {n: normal(github.truth()[n]) for n in patches},
              {n: wanted(patch, before[n]) for n, patch in patches.items()})


def again(pawl, github):
    old = github.patches()
    pawl.runs("the same rows again", 0, "run", "jobs.ndjson", "--yes", "--again")
    same("all are unchanged", real.counted(real.outcomes(f"{work}/jobs.ndjson.ledger")), {"unchanged": jobs})
    same("and nothing was sent", github.patches() - old, 0)


def verified(pawl, github):
    pawl.runs("verify", 0, "verify", "jobs.ndjson.ledger", "--generation", "1")
    touched = {7: ("title", "by hand"), 8: ("state", "open"), 13: ("milestone", 3)}
    for n, (name, value) in touched.items():
        github.edit(n, **{name: value})
    done = pawl.runs("verify after three edits by somebody else", 1, "verify", "jobs.ndjson.ledger", "--generation",
                     "1", "--format", "ndjson")
    same("verify names these three", {int(json.loads(line)["id"]) for line in done.stdout.splitlines()}, set(touched))
    github.edit(14, labels=github.truth()[14]["labels"] + ["question"])
    return touched


def taken_back(pawl, github, before, touched):
    done = pawl.offline("undo", "jobs.ndjson.ledger", "--generation", "1", "--profile", pawl.profile)
    check("undo says that a reason cannot go back to none, and nothing else",
          done.returncode == 1 and [line.split()[1] for line in done.stderr.splitlines() if "cannot go back" in line] ==
          ["state_reason"], done.returncode, done.stderr)
    open(f"{work}/back.ndjson", "w").write(done.stdout)
    pawl.runs("the way back", 0, "run", "back.ndjson", "--yes")
    ledger = real.outcomes(f"{work}/back.ndjson.ledger")
    same("what somebody else has edited is skipped",
         {int(id) for id, outcome in ledger.values() if outcome == "skipped"}, set(touched))
    # An issue that is open again says why, and GitHub does not take that back.
    bare = lambda issue: {name: value for name, value in normal(issue).items()
                          if name != "state_reason" or issue["state"] == "closed"}
    truth = github.truth()
    same("a label that somebody else added stays", truth[14]["labels"], before[14]["labels"] + ["question"])
    truth[14]["labels"] = before[14]["labels"]
    same_rows("what stands there is what stood there before", {n: bare(truth[n]) for n in truth if n not in touched},
              {n: bare(issue) for n, issue in before.items() if n not in touched})
    same("the edits of the other stand", {n: truth[n][name] for n, (name, _) in touched.items()},
         {n: value for n, (_, value) in touched.items()})


def expected(pawl, github):
    before = github.truth()
    fits = {n: before[n]["state"] == "open" for n in range(70, 90)}
    real.write_rows(f"{work}/expect.ndjson", [{"id": str(n), "patch": {"milestone": 3}, "expect": {"state": "open"}}
                                              for n in fits])
    pawl.runs("rows that expect", 0, "run", "expect.ndjson", "--yes")
    ledger = real.outcomes(f"{work}/expect.ndjson.ledger")
    same_rows("those whose expectation does not hold are skipped", {int(id): outcome for id, outcome in ledger.values()},
              {n: "applied" if fits[n] else "skipped" for n in fits})
    same_rows("what stands there agrees", {n: github.truth()[n]["milestone"] for n in fits},
              {n: 3 if fits[n] else before[n]["milestone"] for n in fits})


def without_push(pawl, github):
    """GitHub drops labels, assignees and milestone of who may not push, and answers 200 with the issue."""
    before = github.truth()
    kinds = [{"add_labels": ["P1"]}, {"assignees": ["hubot"]}, {"milestone": 3}, {"labels": []},
             {"labels": ["P2"], "assignees": []}]
    rows = {n: kinds[n % len(kinds)] for n in range(91, 121)}
    real.write_rows(f"{work}/no-push.ndjson", [{"id": str(n), "patch": patch} for n, patch in rows.items()])
    moot = {n for n, patch in rows.items() if wanted(patch, before[n]) == normal(before[n])}
    pawl.runs("a key without push", 1, "run", "no-push.ndjson", "--yes", "--max-failures", "none", key="reader")
    ledger = real.outcomes(f"{work}/no-push.ndjson.ledger")
    same_rows("what was dropped is a mismatch, never applied", {int(id): outcome for id, outcome in ledger.values()},
              {n: "unchanged" if n in moot else "mismatch" for n in rows})
    same_rows("nothing has changed", github.truth(), before)


def refused(pawl, github):
    before = github.truth()
    rows = [{"id": "121", "patch": {"milestone": 9}}, {"id": "122", "patch": {"assignees": ["nobody-such"]}},
            {"id": "9999", "patch": {"title": "x"}}]
    real.write_rows(f"{work}/refused.ndjson", rows)
    pawl.runs("rows that GitHub refuses", 1, "run", "refused.ndjson", "--yes", "--max-failures", "none")
    same("each is refused", real.counted(real.outcomes(f"{work}/refused.ndjson.ledger")), {"refused": 3})
    same_rows("nothing has changed", github.truth(), before)


main()
