"""Stands between pawl and Redmine on loopback, for what a profile cannot say of Redmine's API: the body wrapped in
{"issue": ...}, ids that are numbers, PUT that keeps what it does not name, and a 204 where pawl wants the resource.

Where Redmine does not answer, the connection ends without a reply, as it would without a bridge. Every other status
goes through with its body as it came, so that pawl meets Redmine's own errors (a 404 of nothing among them).
"""
import http.client
import http.server
import json
import re
import socketserver
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    redmine = None  # port
    writes = None  # what was passed on: (id, body), kept for messages of a failing test

    def do_GET(self):
        if self.path == "/me":
            return self.pass_on("GET", "/users/current.json", None, lambda told: told["user"])
        self.issue(lambda id: self.pass_on("GET", f"/issues/{id}.json", None, issue))

    def do_PATCH(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))

        def write(id):
            self.writes.append((id, body))
            wrapped = json.dumps({"issue": body})
            self.pass_on("PUT", f"/issues/{id}.json", wrapped, None, f"/issues/{id}.json")

        self.issue(write)

    def issue(self, then):
        found = re.fullmatch(r"/issues/(\d+)", self.path)
        if found:
            then(found[1])
        else:
            self.send(404, b"")

    def ask(self, method, path, body):
        """Status, body and request id; raises OSError or HTTPException where there is no whole answer."""
        link = http.client.HTTPConnection("127.0.0.1", self.redmine, timeout=60)
        try:
            headers = {"X-Redmine-API-Key": self.headers.get("X-Redmine-API-Key", "")}
            if body is not None:
                headers["Content-Type"] = "application/json"
            link.request(method, path, body, headers)
            reply = link.getresponse()
            return reply.status, reply.read(), reply.headers.get("X-Request-Id", "")
        finally:
            link.close()

    def pass_on(self, method, path, body, shape, read_afterwards=None):
        try:
            status, answer, request_id = self.ask(method, path, body)
            if status == 204 and read_afterwards:
                status, answer, _ = self.ask("GET", read_afterwards, None)
                shape = issue
            if status == 200 and shape:
                answer = json.dumps(shape(json.loads(answer))).encode()
        except (OSError, http.client.HTTPException):
            self.close_connection = True
            return
        self.send(status, answer, request_id)

    def send(self, status, body, request_id=""):
        self.send_response(status)
        if body:
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if request_id:
            self.send_header("X-Request-Id", request_id)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def issue(told):
    shown = told["issue"]
    shown["id"] = str(shown["id"])
    return shown


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # pawl was killed, and its connection with it


def start(redmine_port):
    """Serves in a thread of its own until the process ends; returns its port and the list of writes."""
    handler = type("Bridge", (Handler,), {"redmine": redmine_port, "writes": []})
    server = Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1], handler.writes
