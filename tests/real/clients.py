"""What pawl sends to HubSpot and Intercom against what their own clients send: clients.sh prepares this and calls it."""
import json
import os
import re
import subprocess
import sys

import real
from real import check, same

pawl_binary, work, modules = sys.argv[1:]
here = os.path.dirname(os.path.abspath(__file__))
real.alarm(300)
real.certificate(work)
key = open(f"{work}/editor.key").read()

hex_id = lambda n: f"6762f09a1bb69f9f2193bb{n:02x}"
runs = {
    "hubspot-contacts": ("hubspot", "contacts", ["-o", "vars.version=v3"], [
        {"id": "1", "patch": {"email": "a@b.c", "firstname": "Ann", "lastname": None, "hs_email_optout": True}},
        {"id": "2", "patch": {"my_number": "5", "my_text": "ü🚀 \"x\"", "jobtitle": "Boss", "hubspot_owner_id": "77"}},
        {"id": "3", "patch": {"lifecyclestage": "lead", "phone": None, "company": "C"}}]),
    "hubspot-tickets": ("hubspot", "tickets", ["-o", "vars.version=v3"], [
        {"id": "1", "patch": {"subject": "New", "hs_ticket_priority": "HIGH"}},
        {"id": "2", "patch": {"content": "first\nsecond", "hs_pipeline_stage": "4"}}]),
    "intercom-contacts": ("intercom", "contacts", [], [
        {"id": hex_id(1), "patch": {"name": "Ann", "email": "ann@b.c", "external_id": "x-1", "role": "user",
                                    "signed_up_at": "2026-01-02T03:04:05Z", "unsubscribed_from_emails": True}},
        {"id": hex_id(2), "patch": {"name": None, "phone": "+4930123456", "owner_id": 7,
                                    "last_seen_at": "2026-01-02T03:04:05Z",
                                    "custom_attributes": {"plan": "gold", "seats": 5, "vip": True}}}]),
}


def record(profile, api, options, rows):
    """Runs plan, run, verify and pull of one profile through the front; returns the requests."""
    real.write_rows(f"{work}/{profile}.ndjson", rows)
    sandbox = subprocess.Popen(["timeout", "120", os.path.join(os.path.dirname(pawl_binary), "pawl-sandbox"), "--api", api,
                                "--plain", "--key", key, "--seed-from", f"{work}/{profile}.ndjson"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    ready = json.loads(sandbox.stdout.readline())
    port = ready.get("port") or re.search(r":(\d+)", json.dumps(ready))[1]
    front = subprocess.Popen(["timeout", "120", "node", f"{here}/clients.mjs", "front", work, str(port)],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    pawl = real.Pawl(pawl_binary, work, profile, f"https://localhost:{int(front.stdout.readline())}", *options)
    try:
        done = pawl("pull", None, "--out", f"{profile}.csv", "--expect", "none")
        check(f"{profile}: pull", done.returncode == 0, done.stderr)
        pawl.runs(f"{profile}: run", 0, "run", f"{profile}.ndjson", "--yes", "--progress", "none")
        same(f"{profile}: every row is applied", real.counted(real.outcomes(f"{work}/{profile}.ndjson.ledger")),
             {"applied": len(rows)})
        pawl.runs(f"{profile}: verify", 0, "verify", f"{profile}.ndjson.ledger")
    finally:
        sandbox.terminate()
        front.stdin.close()
        front.wait(30)
        sandbox.wait(30)
    return [json.loads(line) for line in open(f"{work}/requests.ndjson")]


def through_clients(requests):
    """The same requests as the vendors' clients send them."""
    with open(f"{work}/expected.ndjson", "w") as out:
        for one in requests:
            out.write(json.dumps(one) + "\n")
    subprocess.run(["node", f"{here}/clients.mjs", "check", work, modules], check=True, timeout=120)
    return [json.loads(line) for line in open(f"{work}/by-client.ndjson")]


def complaints_of_types(bodies):
    """{number: complaint} of the TypeScript compiler about bodies, each of a type that a client exports."""
    head = ["import type { SimplePublicObjectInput as HubSpotContacts } from "
            "'@hubspot/api-client/lib/codegen/crm/contacts/models/SimplePublicObjectInput';",
            "import type { SimplePublicObjectInput as HubSpotTickets } from "
            "'@hubspot/api-client/lib/codegen/crm/tickets/models/SimplePublicObjectInput';",
            "import type { Intercom } from 'intercom-client';"]
    lines = [f"export const body{n}: {kind} = {json.dumps(body)};" for n, (kind, body) in enumerate(bodies)]
    open(f"{modules}/bodies.ts", "w").write("\n".join(head + lines) + "\n")
    done = subprocess.run(["node", f"{modules}/node_modules/typescript/bin/tsc", "--noEmit", "--strict", "--skipLibCheck",
                           "--target", "es2022", "--module", "commonjs", "--moduleResolution", "node", "bodies.ts"],
                          cwd=modules, capture_output=True, text=True, timeout=200)
    found = {}
    for line in done.stdout.splitlines():
        at = re.match(r"bodies\.ts\((\d+),\d+\): error (.*)", line)
        if at:
            found[int(at[1]) - len(head) - 1] = at[2]
    return found


def main():
    kinds, told, bodies = [], [], []
    types = {"hubspot-contacts": "HubSpotContacts", "hubspot-tickets": "HubSpotTickets",
             "intercom-contacts": "Intercom.UpdateContactRequest"}
    nulls = 0
    for profile, (api, object, options, rows) in runs.items():
        for one in record(profile, api, options, rows):
            place = re.search(rf"/{object}(?:/([^/]+))?$", one["path"])
            if not place:
                continue  # whose key it is, which these clients ask in other ways
            kind = "write" if one["method"] in ("PATCH", "PUT") else "read" if place[1] else "list"
            told.append(one)
            kinds.append({**one, "kind": f"{api} {kind}", "object": object, "id": place[1]})
            if kind == "write":
                body = dict(one["body"])
                # Intercom's client has no null in its types; its specification has.
                nulls += sum(value is None for value in body.values())
                body = {name: value for name, value in body.items() if value is not None}
                bodies.append((types[profile], {"contact_id": place[1], **body} if api == "intercom" else body))
    counts = {}
    for one in kinds:
        counts[one["kind"]] = counts.get(one["kind"], 0) + 1
    print("      " + ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items())))
    check("there are writes, reads and pages of both", len(counts) == 6, counts)
    other = through_clients(kinds)
    wrong = [f"pawl   {mine}\nclient {its}" for mine, its in zip(told, other) if mine != its]
    check(f"the vendors' clients send the same {len(told)} requests: method, path, parameters, key and body", not wrong,
          f"{len(wrong)} differ", *wrong[:5])
    odd = [("HubSpotContacts", {"properties": {"a": 5}}), ("HubSpotTickets", {"properties": {"a": None}}),
           ("Intercom.UpdateContactRequest", {"contact_id": "x", "signed_up_at": "2026-01-02T03:04:05Z"}),
           ("Intercom.UpdateContactRequest", {"contact_id": "x", "nme": "x"})]
    found = complaints_of_types(bodies + odd)
    same("bodies of another form are seen by the types", [n - len(bodies) for n in found if n >= len(bodies)],
         list(range(len(odd))))
    wrong = [f"{bodies[n]}: {why}" for n, why in found.items() if n < len(bodies)]
    check(f"the bodies of all {len(bodies)} writes are of the vendors' types ({nulls} null aside)", not wrong, *wrong)
    real.finish()


main()
