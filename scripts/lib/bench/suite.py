"""A suite of its own for measurements: its cluster, its databases, and the processes that a benchmark asks for."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from .measure import LOAD_CORE, SERVER_CORE, Fault, free_port

SCRIPTS = Path(__file__).resolve().parent.parent.parent
SERVICES = ("tenancy", "calls", "sessions", "messaging", "calendar", "billing")
LIBRARIES = ("say", "cluster", "settings", "environment", "databases")
PASSWORD = "a-long-pass-phrase-of-a-benchmark"


def port_range():
    """A port with room for the others above it, as the suite wants it."""
    for port in range(20_000, 50_000, 137):
        wanted = [port + offset + above for offset in (0, *range(21, 27)) for above in (0, 100, 1000)]
        with contextlib.ExitStack() as probes, contextlib.suppress(OSError):
            for each in wanted:
                probes.enter_context(socket.socket()).bind(("127.0.0.1", each))
            return port
    raise Fault("No free range of ports was found.")


class Suite(contextlib.AbstractContextManager):
    """Its processes are started one by one, each where a benchmark wants it."""

    upstreams = tuple(name.upper() for name in SERVICES)

    def __init__(self, bench, binaries, services=("tenancy",), database_core=LOAD_CORE, core=SERVER_CORE, gateway_core=LOAD_CORE):
        self.bench = bench
        self.data = bench.folder / "suite"
        self.port = port_range()
        self.host = f"localhost:{self.port}"
        self.binaries = binaries
        self.services = services
        self.database_core, self.core, self.gateway_core = database_core, core, gateway_core
        self.environment = {**os.environ, "DATA": str(self.data), "PORT": str(self.port), "BIN": str(binaries)}
        self.ports = {}
        self.operators = {}

    def shell(self, script, timeout=120):
        """A piece of bash with the scripts' own functions."""
        sourced = "".join(f". {SCRIPTS}/lib/{name}.sh; " for name in LIBRARIES)
        done = subprocess.run(
            ["bash", "-c", f"set -euo pipefail; {sourced} make_data; make_secrets; make_admin; {script}"],
            env=self.environment, capture_output=True, text=True, check=False, timeout=timeout)
        if done.returncode:
            raise Fault(f"{script}:\n{done.stdout}{done.stderr}")
        return done.stdout.strip()

    def __enter__(self):
        names = " ".join((*self.services, "gateway"))
        self.shell(f'make_suite_cluster; for name in {names}; do write_environment "$name" "$DATA/run/environment/$name"; done')
        command = self.shell("cluster_command")
        self.postgres = self.bench.start(
            "postgres", ["bash", "-c", f"exec {command}"], core=self.database_core, stop=signal.SIGINT)
        self.socket = self.shell("cluster_folder") + "/socket"
        ready = ["pg_isready", "-q", "-h", self.socket, "-t", "30"]
        deadline = time.monotonic() + 30
        while subprocess.run(ready, check=False).returncode:
            if time.monotonic() > deadline:
                raise Fault("PostgreSQL did not start")
            time.sleep(0.05)
        self.shell(f"make_databases; migrate {names}; as_process tenancy bootstrap")
        for name in self.services:
            self.start(name)
        for name in self.services:
            self.wait_until_ready(name)
        # The way in for what a benchmark sets up: services know their callers by a gateway alone.
        self.gateway = self.start("gateway", core=self.gateway_core, **self.not_run())
        self.wait_until_ready("gateway")
        return self

    def not_run(self):
        """Where a gateway finds services that are not run: it waits until each has been ready once, so where tenancy is."""
        url = f"http://127.0.0.1:{self.ports['tenancy']}"
        return {f"{name.upper()}_URL": url for name in SERVICES if name not in self.services}

    def __exit__(self, *_):
        return None

    def start(self, name, port=None, core=None, alias=None, **settings):
        """Starts a process of the suite, under an alias beside one that runs; settings replace those of its environment."""
        folder = self.data / "run" / "environment" / name / "run"
        variables = {path.name: path.read_text().rstrip("\n") for path in folder.iterdir()}
        alias = alias or name
        if alias != name:
            port = port or free_port()
        self.ports[alias] = port = port or int(variables["PORT"])
        self.operators[alias] = free_port()
        # Several gateways run side by side.
        variables |= {"PORT": str(port), "OPERATOR_PORT": str(self.operators[alias]), "TLS_PORT": str(free_port()), **settings}
        if alias != name:
            # The first keeps the one at which services find it.
            variables["INTERNAL_PORT"] = str(free_port())
        if name == "gateway":
            # All load comes from one address.
            variables |= {"ADDRESS_SIGN_INS": "10000", "ADDRESS_REQUESTS": "100000"}
        return self.bench.start(alias, [self.binaries / name, "run"], core=self.core if core is None else core, port=port, environment=variables)

    def wait_until_ready(self, name):
        deadline = time.monotonic() + 30
        while self.ask(name, "GET", "/ready")[0] != 200:
            if time.monotonic() > deadline:
                raise Fault(f"{name} is not ready:\n{(self.bench.folder / f'{name}.log').read_text()[-2000:]}")
            time.sleep(0.05)

    def ask(self, name, method, path, body=None, host=None, token=None, headers=()):
        """One request to a process: (status, document or text)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[name], timeout=30)
        fields = {"Host": host or self.host, **dict(headers)}
        if token:
            fields["Authorization"] = f"Bearer {token}"
        if body is not None:
            body, fields["Content-Type"] = json.dumps(body), "application/json"
        try:
            connection.request(method, path, body, fields)
            answer = connection.getresponse()
            raw = answer.read()
        finally:
            connection.close()
        try:
            return answer.status, json.loads(raw)
        except ValueError:
            return answer.status, raw

    def want(self, status, *arguments, **options):
        answer = self.ask(*arguments, **options)
        deadline = time.monotonic() + 5
        # The gateway hears of a new tenant a moment after its maker.
        while answer[0] == 404 and time.monotonic() < deadline:
            time.sleep(0.05)
            answer = self.ask(*arguments, **options)
        if answer[0] != status:
            log = self.bench.folder / f"{arguments[0]}.log"
            said = [line for line in log.read_text().splitlines() if '"level":"info"' not in line][-5:] if log.exists() else []
            raise Fault("\n    ".join([f"{arguments}: {answer}", *said]))
        return answer[1]

    def tenant(self, name, plan="growth"):
        """Makes a tenant with an owner through tenancy's API; the owner's token."""
        admin = json.loads((self.data / "admin.json").read_text())
        signed_in = self.want(200, "gateway", "POST", "/api/v1/auth/login", admin, host=f"admin.{self.host}")
        made = self.want(
            201, "gateway", "POST", "/api/v1/platform/tenants",
            {"name": name, "subdomain": name, "plan": plan, "phone_system": "generic",
             "owner": {"email": f"owner@{name}.example.com", "name": "Owner"}},
            host=f"admin.{self.host}", token=signed_in["access_token"])
        accepted = self.want(
            200, "gateway", "POST", "/api/v1/auth/invitations/accept",
            {"token": made["invitation"]["token"], "name": "Owner", "password": PASSWORD}, host=f"{name}.{self.host}")
        self.tenant_id = made["id"] if "id" in made else made["tenant"]["id"]
        self.lift_limits()
        return accepted["access_token"]

    def lift_limits(self, seats=100):
        """Gives the tenant a plan whose limits are at work and never met."""
        token = self.service_token("billing", "tenancy")
        status, answer = self.ask("tenancy-internal", "PUT", f"/internal/tenants/{self.tenant_id}/entitlements", {
            "plan": "growth", "features": ["transcription", "analysis"], "seats": seats, "requests_per_second": 1_000_000,
            "burst": 2_000_000, "concurrency": 100_000, "storage_bytes": 1 << 40, "minutes_per_month": 1_000_000,
        }, token=token, headers={"X-Switchboard-Tenant": self.tenant_id}.items())
        if status != 204:
            raise Fault(f"the tenant's plan was not widened: {status} {answer}")

    def secret(self, name):
        lines = (self.data / "secrets.env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)[name]

    def service_token(self, caller, callee):
        """What a service shows to another, from tenancy's internal listener."""
        folder = self.data / "run" / "environment" / "tenancy" / "run"
        self.ports["tenancy-internal"] = int((folder / "INTERNAL_PORT").read_text())
        answer = self.ask("tenancy-internal", "POST", "/internal/service-tokens", {
            "service": caller, "secret": self.secret(f"SERVICE_SECRET_{caller.upper()}"), "audience": callee})
        if answer[0] not in (200, 201):
            raise Fault(f"no service token: {answer}")
        return answer[1]["token"]

    def sql(self, database, text, timeout=120):
        """Runs SQL as the cluster's superuser; the answer's lines."""
        (self.data / "statement.sql").write_text(text)
        return self.shell(f'admin_psql {database} -At -f "$DATA/statement.sql"', timeout)
