"""How long a change takes to be in force in every process, from the moment it is asked for: all seven are watched at once.

Two watches run beside each other. What a process knows is the number of the last change that it holds (`change_feed` of its /status);
what it does is its answer to a request with a token that the change makes void, asked of the gateway and of services behind it.
"""

import http.client
import json
import threading
import time

from .measure import Bench, Fault, Table, median
from .suite import PASSWORD, SERVICES

ROUNDS = 10
PATIENCE = 10
# Those that answer requests of people.
ASKED = {"gateway": "/api/v1/calls", "tenancy": "/api/v1/users", "calls": "/api/v1/calls"}


class Watch(threading.Thread):
    """Asks one process one thing again and again; the instants at which the answer became another one."""

    def __init__(self, port, path, headers=None, read=None):
        super().__init__(daemon=True)
        self.port, self.path, self.headers, self.read = port, path, headers or {}, read
        self.seen = []
        self.asked = 0
        self.stopped = False

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        while not self.stopped:
            connection.request("GET", self.path, headers=self.headers)
            answer = connection.getresponse()
            raw = answer.read()
            value = self.read(raw) if self.read else answer.status
            self.asked += 1
            if not self.seen or self.seen[-1][1] != value:
                self.seen.append((time.monotonic(), value))
            # Seven of them on two cores would keep from work what they watch.
            time.sleep(0.002)
        connection.close()

    def first(self, holds, since):
        """Seconds from an instant to the first answer of which something holds; None while there is none."""
        return next((max(0, at - since) for at, value in list(self.seen) if holds(value)), None)


class Spread:
    def __init__(self, suite):
        self.suite = suite
        self.owner = suite.tenant("first")
        self.host = f"first.{suite.host}"
        admin = json.loads((suite.data / "admin.json").read_text())
        self.admin = suite.want(
            200, "gateway", "POST", "/api/v1/auth/login", admin, host=f"admin.{suite.host}")["access_token"]
        self.processes = (*SERVICES, "gateway")

    def exchange(self, method, path, body=None, token=None, host=None, headers=()):
        """One request to the gateway: (status, headers, document)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.suite.ports["gateway"], timeout=30)
        fields = {"Host": host or self.host, **dict(headers)}
        if token:
            fields["Authorization"] = f"Bearer {token}"
        if body is not None:
            body, fields["Content-Type"] = json.dumps(body), "application/json"
        connection.request(method, path, body, fields)
        answer = connection.getresponse()
        raw = answer.read()
        connection.close()
        if answer.status >= 300:
            raise Fault(f"{method} {path}: {answer.status} {raw[:500]}")
        return answer.status, dict(answer.getheaders()), json.loads(raw) if raw else None

    def login(self, email):
        return self.exchange("POST", "/api/v1/auth/login", {"email": email, "password": PASSWORD})[2]

    def agent(self):
        """A new person: (id, e-mail)."""
        self.count = getattr(self, "count", 0) + 1
        email = f"p{self.count}@first.example.com"
        made = self.exchange(
            "POST", "/api/v1/invitations", {"email": email, "name": "Person", "role": "agent"}, self.owner)[2]
        signed = self.exchange(
            "POST", "/api/v1/auth/invitations/accept", {"token": made["token"], "name": "Person", "password": PASSWORD})[2]
        return signed["user"]["id"], signed["access_token"]

    def headers(self, callee, token):
        fields = {"Host": self.host, "Authorization": f"Bearer {token}"}
        if callee != "gateway":
            fields |= {
                "X-Switchboard-Gateway": self.suite.service_token("gateway", callee), "X-Switchboard-Scheme": "http",
                "X-Switchboard-Client-Address": "127.0.0.1", "X-Switchboard-Tenant": self.suite.tenant_id,
                "X-Switchboard-Host": self.host}
        return fields

    # The changes; each gives what undoes it or nothing, and a token that is void or refused afterwards.

    def plan(self):
        self.seats = getattr(self, "seats", 100) + 1
        self.suite.lift_limits(seats=self.seats)

    def settings(self):
        tag = self.exchange("GET", "/api/v1/settings", token=self.owner)[1]["ETag"]
        self.hours = 13 - getattr(self, "hours", 6)
        began = time.monotonic()
        self.exchange(
            "PATCH", "/api/v1/settings", {"session_timeout_hours": self.hours}, self.owner, headers={"If-Match": tag}.items())
        return began

    def measure(self, name, change, token=None):
        """Seconds until every process knew of it, and until each that answers people acted by it."""
        suite = self.suite
        known = {
            process: Watch(suite.operators[process], "/status", read=lambda raw: json.loads(raw)["change_feed"]["sequence"])
            for process in self.processes}
        acted = {
            process: Watch(suite.ports[process], path, self.headers(process, token)) for process, path in ASKED.items()
        } if token else {}
        watches = [*known.values(), *acted.values()]
        for watch in watches:
            watch.start()
        deadline = time.monotonic() + PATIENCE
        while any(not watch.seen for watch in watches):
            time.sleep(0.001)
            if time.monotonic() > deadline:
                raise Fault(f"{name}: not every process answers")
        if any(watch.seen[-1][1] != 200 for watch in acted.values()):
            raise Fault(f"{name}: {[(process, watch.seen) for process, watch in acted.items()]}")
        asked = time.monotonic()
        asked = change() or asked
        answered = time.monotonic()
        number = int(suite.sql("tenancy", "SELECT max(sequence) FROM changes"))
        while True:
            know = {process: watch.first(lambda value: value >= number, asked) for process, watch in known.items()}
            act = {process: watch.first(lambda value: value in (401, 403), asked) for process, watch in acted.items()}
            if None not in (*know.values(), *act.values()):
                break
            if time.monotonic() > deadline:
                raise Fault(f"{name} did not reach everybody: {know} {act}")
            time.sleep(0.01)
        for watch in watches:
            watch.stopped = True
        for watch in watches:
            watch.join()
        return answered - asked, know, act


def spread(binaries, suite_of):
    with Bench() as bench:
        suite = bench.enter_context(suite_of(bench, binaries, services=SERVICES))
        world = Spread(suite)
        platform = f"admin.{suite.host}"
        tenant = f"/api/v1/platform/tenants/{suite.tenant_id}"

        def role():
            user, token = world.agent()
            return lambda: void(world.exchange("PUT", f"/api/v1/users/{user}/role", {"role": "admin"}, world.owner)), token

        def sign_out():
            _, token = world.agent()
            return lambda: void(world.exchange("POST", "/api/v1/auth/logout", token=token)), token

        def suspension():
            _, token = world.agent()
            return lambda: void(world.exchange("POST", f"{tenant}/suspend", {}, world.admin, platform)), token

        def revocation():
            made = world.exchange(
                "POST", "/api/v1/api-keys", {"name": "bench", "scopes": ["calls.read"], "mode": "live"}, world.owner)[2]
            key = made.get("id") or made["key"]["id"]
            return lambda: void(world.exchange("DELETE", f"/api/v1/api-keys/{key}", token=world.owner)), None

        changes = {
            "a plan change": lambda: (world.plan, None), "a setting": lambda: (world.settings, None), "a role change": role,
            "a sign-out": sign_out, "an API key's end": revocation, "a suspension": suspension,
        }
        for name, prepare in changes.items():
            report(name, [one(world, name, prepare, suite, tenant, platform) for _ in range(ROUNDS)])


def void(_):
    return None


def one(world, name, prepare, suite, tenant, platform):
    change, token = prepare()
    figures = world.measure(name, change, token)
    if name == "a suspension":
        world.exchange("POST", f"{tenant}/resume", {}, world.admin, platform)
        deadline = time.monotonic() + PATIENCE
        while suite.ask("gateway", "GET", "/api/v1/calls", host=world.host, token=world.owner)[0] != 200:
            if time.monotonic() > deadline:
                raise Fault("the tenant is not back")
            time.sleep(0.01)
        time.sleep(0.2)
    return figures


def report(name, figures):
    """The slowest process of the slowest round counts; the detail has each process's median in milliseconds."""
    slowest = max(max(*know.values(), *act.values()) for _, know, act in figures)
    answer = median([answered for answered, _, _ in figures])
    processes = {process: median([know[process] for _, know, _ in figures]) for process in figures[0][1]}
    acts = {process: median([act[process] for _, _, act in figures]) for process in figures[0][2]}
    detail = f"answered {answer * 1000:.0f} ms; known " + milliseconds(processes)
    if acts:
        detail += "; in force " + milliseconds(acts)
    Table.add(f"{name}, to every process", slowest * 1000, 1000, at_most=True, unit=" ms", detail=detail)


def milliseconds(figures):
    return ", ".join(f"{process} {seconds * 1000:.0f}" for process, seconds in figures.items())
