"""What the tests of this folder share: checks that are counted, pawl as a child, TLS in front of a server, SQLite."""
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time

passed = failed = 0


def check(what, holds, *details):
    """Counts and prints one statement; details are printed where it does not hold."""
    global passed, failed
    if holds:
        passed += 1
        print(f"ok    {what}", flush=True)
        return
    failed += 1
    print(f"WRONG {what}", flush=True)
    for one in details:
        for line in str(one).splitlines()[:30]:
            print(f"      {line}", flush=True)


def same(what, found, wanted):
    check(what, found == wanted, f"found  {found}", f"wanted {wanted}")


def same_rows(what, found, wanted):
    """As same(), for dictionaries: shows the entries that differ."""
    wrong = [f"{key}: found {found.get(key)}, wanted {wanted.get(key)}"
             for key in sorted(found.keys() | wanted.keys(), key=str) if found.get(key) != wanted.get(key)]
    check(f"{what} ({len(wanted)})", not wrong, f"{len(wrong)} differ", *wrong[:10])


def finish():
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def alarm(seconds):
    """Ends what hangs; children end with limits of their own (`timeout`)."""
    signal.alarm(seconds)


def query(file, sql, *values):
    link = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=20)
    try:
        return link.execute(sql, values).fetchall()
    finally:
        link.close()


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def await_port(port, process, log, seconds=120):
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"nothing listens on {port}:\n{open(log).read()[-5000:]}")
            time.sleep(0.1)


def await_changed(changed, count, what, run, log):
    """Until `changed()` says so many, while the run goes on; how many there are by then."""
    deadline = time.monotonic() + 120
    while (now := changed()) < count and run.poll() is None:
        if time.monotonic() > deadline:
            sys.exit(f"only {now} of {count} {what} have changed in 120 s")
        time.sleep(0.02)
    if run.poll() is not None:
        sys.exit(f"the run ended before {count} {what} had changed:\n{open(log).read()}")
    return now


def start(command, log, **more):
    """A child of twenty minutes at most, in a process group of its own."""
    return subprocess.Popen(["timeout", "-s", "KILL", "1200", *command], stdin=subprocess.DEVNULL, stdout=open(log, "a"),
                            stderr=subprocess.STDOUT, start_new_session=True, **more)


def kill(process):
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def certificate(work):
    """A certificate for localhost that signs itself; returns its file, which holds the key too."""
    file = f"{work}/tls.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                    "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout",
                    f"{work}/tls.key", "-out", f"{work}/tls.crt"], check=True, capture_output=True)
    with open(file, "w") as both:
        both.write(open(f"{work}/tls.key").read() + open(f"{work}/tls.crt").read())
    return file


def put_tls_before(work, port):
    """stunnel on loopback: bytes in, the same bytes out. Returns its port and process."""
    listen = free_port()
    with open(f"{work}/stunnel.conf", "w") as conf:
        conf.write(f"foreground = yes\npid =\n[https]\naccept = 127.0.0.1:{listen}\n"
                   f"connect = 127.0.0.1:{port}\ncert = {certificate(work)}\nTIMEOUTclose = 0\n")
    process = start(["stunnel4", f"{work}/stunnel.conf"], f"{work}/stunnel.log")
    await_port(listen, process, f"{work}/stunnel.log")
    return listen, process


class Pawl:
    """Runs pawl in the folder `work` against one server."""

    def __init__(self, binary, work, profile, base_url, *options):
        self.binary, self.work = binary, work
        self.target = ["--profile", profile, "--base-url", base_url, "--ca-file", f"{work}/tls.crt", *options]
        self.profile = profile
        self.environment = {name: value for name, value in os.environ.items()
                            if name.lower() not in ("http_proxy", "https_proxy", "all_proxy")}
        self.environment["XDG_STATE_HOME"] = f"{work}/state"

    def command(self, name, file, key, options):
        held = f"{self.work}/{key}.key"
        result = ["timeout", "-s", "KILL", "600", self.binary, name, *([file] if file else []), *options, *self.target]
        return result + ["--token-file", held]

    def __call__(self, name, file=None, *options, key="editor"):
        """The finished child, with returncode, stdout and stderr."""
        return subprocess.run(self.command(name, file, key, options), cwd=self.work, env=self.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)

    def start(self, name, file, *options, key="editor"):
        return subprocess.Popen(self.command(name, file, key, options), cwd=self.work, env=self.environment,
                                stdin=subprocess.DEVNULL, stdout=open(f"{self.work}/pawl.log", "a"),
                                stderr=subprocess.STDOUT, start_new_session=True)

    def offline(self, *words):
        return subprocess.run([self.binary, *words], cwd=self.work, env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=300)

    def runs(self, what, exit_code, name, file=None, *options, key="editor"):
        """Runs and checks the exit code; returns the child."""
        done = self(name, file, *options, key=key)
        check(f"{what}: exit {exit_code}", done.returncode == exit_code, f"exit {done.returncode}",
              done.stdout[-3000:], done.stderr[-3000:])
        return done


def outcomes(ledger, generation=None):
    """{row: (id, outcome)} of a pass over the input, the newest if none is named."""
    which = generation or query(ledger, "select max(generation) from job")[0][0]
    return {row: (id, outcome) for row, id, outcome in
            query(ledger, "select row, id, outcome from job where generation = ?", which)}


def counted(rows):
    counts = {}
    for _, outcome in rows.values():
        counts[outcome] = counts.get(outcome, 0) + 1
    return counts


def write_rows(file, rows):
    """NDJSON: {"id", "patch", "expect"}."""
    with open(file, "w") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
