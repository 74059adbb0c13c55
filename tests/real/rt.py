"""pawl's profile rt-tickets against Request Tracker: rt.sh prepares what this needs and calls it."""
import csv
import json
import os
import re
import sys
import time
import urllib.request

import real
from real import check, query, same, same_rows

pawl_binary, work = sys.argv[1:]
database = f"{work}/rt.sqlite3"
tickets = int(os.environ["TICKETS"])
real.alarm(1190)


class RT:
    def __init__(self):
        self.port = real.free_port()
        self.process = None

    def start(self):
        self.process = real.start(["/usr/share/request-tracker5/libexec/rt-server", "--host", "127.0.0.1", "--port",
                                   str(self.port), "--max-workers", "4", "--access-log", f"{work}/access.log"],
                                  f"{work}/rt.log", cwd=work)
        real.await_port(self.port, self.process, f"{work}/rt.log")

    def kill(self):
        real.kill(self.process)

    def put(self, id, body):
        """An edit by somebody else."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/REST/2.0/ticket/{id}", method="PUT",
                                         data=json.dumps(body).encode(), headers={
            "Content-Type": "application/json", "Authorization": "token " + open(f"{work}/editor.key").read()})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as reply:
            return json.load(reply)


def transactions():
    """How many changes RT has recorded."""
    return query(database, "select count(*) from Transactions where ObjectType = 'RT::Ticket'")[0][0]


def writes():
    """How many writes have reached RT."""
    return len(re.findall('"PUT ', open(f"{work}/access.log").read()))


def stands_there():
    """{id: {field: value}} of RT's database, in the words of the profile."""
    plan = dict(query(database, """select v.ObjectId, v.Content from ObjectCustomFieldValues v
        join CustomFields f on f.id = v.CustomField where f.Name = 'Plan' and v.Disabled = 0"""))
    shown = query(database, """select t.id, t.Subject, t.Status, t.Priority, u.Name, t.Queue
        from Tickets t join Users u on u.id = t.Owner where t.Type = 'ticket'""")
    return {id: {"Subject": subject or None, "Status": status, "Priority": priority, "Owner": owner, "Queue": queue,
                 "Plan": plan.get(id)} for id, subject, status, priority, owner, queue in shown}


def holds(ticket, patch):
    return all(ticket[name] == value for name, value in patch.items())


def await_changed(count, run):
    changed = lambda: query(database, "select count(*) from Tickets where Subject like 'Row %'")[0][0]
    return real.await_changed(changed, count, "tickets", run, f"{work}/pawl.log")


def make_profile():
    """The shipped profile with the custom field that its comment shows, made from the comment."""
    text = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../config/profiles/rt-tickets.toml")).read()
    with_plan = re.sub(r"^# (Plan = )", r"\1", text, flags=re.M)
    check("the profile's comment shows a custom field", with_plan != text)
    open(f"{work}/rt-plan.toml", "w").write(with_plan)


def every_field():
    rows = []
    for n in range(1, tickets + 1):
        patch = {"Subject": f'Row {n}: "done", she said ü🚀', "Status": ["resolved", "stalled", "rejected"][n % 3]}
        if n % 2 == 0:
            patch["Priority"] = n % 13
        if n % 4 < 2:
            patch["Owner"] = ["editor", "Nobody"][n % 4]
        if n % 5 == 0:
            patch["Queue"] = 3
        if n % 3 != 1:
            patch["Plan"] = [None, "", "gold"][n % 3]
        rows.append({"id": str(n), "patch": patch})
    real.write_rows(f"{work}/jobs.ndjson", rows)
    return {int(row["id"]): row["patch"] for row in rows}


def main():
    rt = RT()
    rt.start()
    https, tls = real.put_tls_before(work, rt.port)
    make_profile()
    url = f"https://localhost:{https}/REST/2.0"
    pawl = real.Pawl(pawl_binary, work, f"{work}/rt-plan.toml", url, "-o", "timeouts.attempt=10s")
    shipped = real.Pawl(pawl_binary, work, "rt-tickets", url, "-o", "timeouts.attempt=10s")
    try:
        look(shipped)
        patches = every_field()
        before = stands_there()
        plan(pawl, before)
        changed(pawl, rt, patches)
        again(pawl)
        touched = verified(pawl, rt)
        taken_back(pawl, rt, before, touched)
        expected(shipped)
        edited_meanwhile(shipped, rt)
        cut_off(shipped)
        without_right(shipped)
    finally:
        real.kill(tls)
        rt.kill()
    real.finish()


def look(pawl):
    pawl.runs("doctor", 0, "doctor")
    pawl.runs("pull", 0, "pull", None, "--out", "all.csv", "--note", "Subject", "--note", "Owner")
    listed = {int(row["id"]): row["_Subject"] for row in csv.DictReader(open(f"{work}/all.csv"))}
    same_rows("pull lists every ticket once, with its subject, behind TLS that ends before RT", listed,
              {id: ticket["Subject"] for id, ticket in stands_there().items()})
    pawl.runs("pull --where", 0, "pull", None, "--out", "open.csv", "--where", "Owner=editor")
    same("a condition on who owns it", sorted(int(row["id"]) for row in csv.DictReader(open(f"{work}/open.csv"))),
         sorted(id for id, ticket in stands_there().items() if ticket["Owner"] == "editor"))


def plan(pawl, before):
    old = transactions()
    done = pawl.runs("plan", 0, "plan", "jobs.ndjson", "--format", "ndjson")
    planned = [json.loads(line) for line in done.stdout.splitlines()]
    same("plan names each ticket", sum(one.get("what") == "write" for one in planned), tickets)
    same("plan has written nothing", (writes(), transactions() - old, stands_there() == before), (0, 0, True))


def changed(pawl, rt, patches):
    begun = time.monotonic()
    run = pawl.start("run", "jobs.ndjson", "--yes", "--progress", "none")
    await_changed(tickets // 5, run)
    real.kill(run)
    run = pawl.start("run", "jobs.ndjson", "--yes", "--progress", "none")
    at = [await_changed(tickets * 2 // 5, run)]
    rt.kill()
    rt.start()
    at.append(await_changed(tickets * 7 // 10, run))
    real.kill(run)
    pawl.runs("run, killed twice and RT once", 0, "run", "jobs.ndjson", "--yes", "--progress", "none")
    print(f"      {time.monotonic() - begun:.0f} s; RT was killed at {at[0]} tickets, pawl at {at[1]} the second time")
    ledger = real.outcomes(f"{work}/jobs.ndjson.ledger")
    shown = stands_there()
    same("every row is applied", real.counted(ledger), {"applied": tickets})
    same_rows("the database holds what the ledger says, in every field",
              {int(id): holds(shown[int(id)], patches[int(id)]) for id, _ in ledger.values()},
              {int(id): outcome == "applied" for id, outcome in ledger.values()})


def again(pawl):
    old, sent = transactions(), writes()
    pawl.runs("the same rows again", 0, "run", "jobs.ndjson", "--yes", "--again")
    same("all are unchanged", real.counted(real.outcomes(f"{work}/jobs.ndjson.ledger")), {"unchanged": tickets})
    same("and nothing was sent", (writes() - sent, transactions() - old), (0, 0))


def verified(pawl, rt):
    pawl.runs("verify", 0, "verify", "jobs.ndjson.ledger", "--generation", "1")
    touched = {7: ("Subject", "by hand"), 8: ("Priority", 99), 10: ("Status", "new")}
    for id, (name, value) in touched.items():
        rt.put(id, {name: str(value)})
    done = pawl.runs("verify after three edits by somebody else", 1, "verify", "jobs.ndjson.ledger", "--generation",
                     "1", "--format", "ndjson")
    same("verify names these three", {int(json.loads(line)["id"]) for line in done.stdout.splitlines()}, set(touched))
    return touched


def taken_back(pawl, rt, before, touched):
    done = pawl.offline("undo", "jobs.ndjson.ledger", "--generation", "1", "--profile", pawl.profile)
    same("undo: exit", (done.returncode, done.stderr if done.returncode else ""), (0, ""))
    open(f"{work}/back.ndjson", "w").write(done.stdout)
    pawl.runs("the way back", 0, "run", "back.ndjson", "--yes")
    ledger = real.outcomes(f"{work}/back.ndjson.ledger")
    same("what somebody else has edited is skipped",
         {int(id) for id, outcome in ledger.values() if outcome == "skipped"}, set(touched))
    same("all the others are back", real.counted(ledger).get("applied"), tickets - len(touched))
    shown = stands_there()
    same_rows("the database is as it was before the run", {id: shown[id] for id in before if id not in touched},
              {id: ticket for id, ticket in before.items() if id not in touched})
    same("the edits of the other stand", {id: shown[id][name] for id, (name, _) in touched.items()},
         {id: value for id, (_, value) in touched.items()})


def expected(pawl):
    before = stands_there()
    fits = {n: before[n]["Status"] == "new" for n in range(20, 60)}
    real.write_rows(f"{work}/expect.ndjson", [{"id": str(n), "patch": {"Priority": 55}, "expect": {"Status": "new"}}
                                              for n in fits])
    pawl.runs("rows that expect", 0, "run", "expect.ndjson", "--yes")
    ledger = real.outcomes(f"{work}/expect.ndjson.ledger")
    same_rows("those whose expectation does not hold are skipped", {int(id): outcome for id, outcome in ledger.values()},
              {n: "applied" if fits[n] else "skipped" for n in fits})
    check("there are some of both", len(set(fits.values())) == 2)
    same_rows("the database agrees", {n: stands_there()[n]["Priority"] for n in fits},
              {n: 55 if fits[n] else before[n]["Priority"] for n in fits})


def edited_meanwhile(pawl, rt):
    """Somebody writes the subject of the same tickets all the time: If-Match lets nobody's edit be overwritten."""
    rows = [{"id": str(n), "patch": {"Priority": 66}} for n in range(60, 90)]
    real.write_rows(f"{work}/busy.ndjson", rows)
    run = pawl.start("run", "busy.ndjson", "--yes", "--progress", "none", "--rate", "5/s")
    edits = {}
    deadline = time.monotonic() + 60
    while run.poll() is None and time.monotonic() < deadline:
        n = 60 + len(edits) % 30
        if len(edits) >= 30:
            break
        edits[n] = f"edit of {n}"
        rt.put(n, {"Subject": edits[n]})
        time.sleep(0.1)
    same("a run among edits of somebody else: exit", run.wait(), 0)
    refused = len(re.findall(r'"PUT [^"]*" 412 ', open(f"{work}/access.log").read()))
    shown = stands_there()
    same_rows("every edit stands, and every row is applied",
              {n: (shown[n]["Subject"], shown[n]["Priority"]) for n in edits}, {n: (edits[n], 66) for n in edits})
    print(f"      {len(edits)} edits, {refused} writes met a 412")


def cut_off(pawl):
    """RT says 200 where it has cut a subject off, and where it did not take a value."""
    rows = [{"id": "91", "patch": {"Subject": "ü" * 150}}, {"id": "92", "patch": {"Status": "nonsense"}},
            {"id": "93", "patch": {"Owner": "nobody-such"}}, {"id": "94", "patch": {"Queue": 77}},
            {"id": "95", "patch": {"Owner": "commenter", "Priority": 5}}, {"id": "96", "patch": {"Subject": None}}]
    real.write_rows(f"{work}/odd.ndjson", rows)
    pawl.runs("rows that RT does not take whole", 1, "run", "odd.ndjson", "--yes", "--max-failures", "none")
    ledger = real.outcomes(f"{work}/odd.ndjson.ledger")
    same("each is a mismatch, but for the one that RT took", {int(id): outcome for id, outcome in ledger.values()},
         {91: "mismatch", 92: "mismatch", 93: "mismatch", 94: "mismatch", 95: "mismatch", 96: "applied"})


def without_right(pawl):
    before, old = stands_there(), transactions()
    kinds = [{"Subject": "not allowed"}, {"Status": "resolved"}, {"Priority": 77}, {"Owner": "editor"}, {"Queue": 3},
             {"Subject": None}, {"Subject": "not allowed", "Status": "stalled", "Owner": "Nobody"}]
    few = range(1, 36)
    rows = [{"id": str(n), "patch": kinds[n % len(kinds)]} for n in few]
    real.write_rows(f"{work}/no-right.ndjson", rows)
    moot = {n for n in few if holds(before[n], kinds[n % len(kinds)])}
    pawl.runs("a key without ModifyTicket", 1, "run", "no-right.ndjson", "--yes", "--max-failures", "none",
              key="commenter")
    ledger = real.outcomes(f"{work}/no-right.ndjson.ledger")
    # The key may look into the first queue alone: the others are 403.
    wanted = {n: "refused" if before[n]["Queue"] != 1 else "unchanged" if n in moot else "mismatch" for n in few}
    same_rows("200 with \"Permission Denied\" is a mismatch, never applied",
              {int(id): outcome for id, outcome in ledger.values()}, wanted)
    check("most of them are", list(wanted.values()).count("mismatch") > 20, wanted)
    same_rows("the database is as before", stands_there(), before)
    same("and RT has recorded no change", transactions() - old, 0)
    done = pawl("run", "no-right.ndjson", "--yes", "--ledger", "nothing.ledger", key="nothing")
    check("a key that may not even look stops the run or is refused (403)", done.returncode in (1, 4), done.stderr)
    check("none of its rows is applied", "applied" not in real.counted(real.outcomes(f"{work}/nothing.ledger")))
    done = pawl("run", "no-right.ndjson", "--yes", "--ledger", "nobody.ledger", key="nobody")
    same("a key that RT does not know: exit", done.returncode, 4)
    same_rows("the database is as before", stands_there(), before)


main()
