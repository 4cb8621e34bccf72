"""The whole suite as `make run` starts it: how long until it serves, and what it keeps in memory."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import time

from .measure import Bench, Fault, Table, processes_of, resident_megabytes, wrk
from .suite import PASSWORD, SCRIPTS, SERVICES, Suite, port_range

NAMES = (*SERVICES, "gateway")


class Running(contextlib.AbstractContextManager):
    """One `scripts/run`."""

    def __init__(self, bench, binaries, data, port):
        self.environment = {**os.environ, "DATA": str(data), "PORT": str(port), "BIN": str(binaries)}
        self.bench, self.port, self.binaries = bench, port, binaries

    def __enter__(self):
        began = time.monotonic()
        log = open(self.bench.folder / "run.log", "ab")
        self.process = subprocess.Popen([SCRIPTS / "run"], env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() - began > 120:
                raise Fault("`make run` did not become ready:\n" + (self.bench.folder / "run.log").read_text()[-3000:])
            time.sleep(0.05)
        self.seconds = time.monotonic() - began
        return self

    def answers(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request("GET", "/ready")
            return connection.getresponse().status == 200
        return False

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(120)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return None

    def memory(self):
        """{process: (resident, without what files back)} in MB."""
        found = {}
        for pid in processes_of(self.process.pid):
            with contextlib.suppress(OSError, TypeError):
                path = os.readlink(f"/proc/{pid}/exe").split("/")
                name = next((name for name in NAMES if path[-1] == name), None)
                if name and name not in found:
                    found[name] = resident_megabytes(pid)
        return found


def report(when, memory, limit=None):
    for name in NAMES:
        if name in memory:
            Table.add(f"memory of {name} {when}", memory[name][0], limit, at_most=True, unit=" MB",
                detail=f"{memory[name][1]:.0f} MB of its own")
    Table.add(f"memory of the seven processes {when}", sum(all for all, _ in memory.values()), 200, at_most=True, unit=" MB",
        detail=f"{sum(own for _, own in memory.values()):.0f} MB of their own")


def suite(binaries):
    """From `make run` to ready, first with no data and then with; memory idle, after load, after transcriptions."""
    with Bench() as bench:
        data, port = bench.folder / "suite", port_range()
        with Running(bench, binaries, data, port) as first:
            Table.add("`make run` to ready, with a new DATA", first.seconds, unit=" s")
        with Running(bench, binaries, data, port) as running:
            Table.add("`make run` to ready, of what is built", running.seconds, 30, at_most=True, unit=" s")
            time.sleep(5)
            report("idle", running.memory(), 40)
            client = Suite(bench, binaries)
            client.data, client.port, client.host, client.ports = data, port, f"localhost:{port}", {"gateway": port}
            token = client.tenant("load")
            headers = (f"Host: load.{client.host}", f"Authorization: Bearer {token}")
            for path in ("/api/v1/calls", "/api/v1/users"):
                wrk(f"http://127.0.0.1:{port}{path}", 64, seconds=5, headers=headers)
            report("after load", running.memory())
            if shutil.which("flite") and shutil.which("sox"):
                done = subprocess.run([SCRIPTS / "demo"], env=running.environment, capture_output=True, text=True, check=False, timeout=420)
                if done.returncode == 0:
                    report("after 12 transcriptions", running.memory())
                else:
                    print(f"    the demo's calls were not transcribed: {done.stderr.strip()[-300:]}")


def sign_in(binaries):
    """How many sign-ins and refreshes tenancy answers in a second, to one client that waits for each."""
    with Bench() as bench:
        client = bench.enter_context(Suite(bench, binaries))
        client.tenant("people")
        host = f"people.{client.host}"
        account = {"email": "owner@people.example.com", "password": PASSWORD}
        login = lambda: client.want(200, "gateway", "POST", "/api/v1/auth/login", account, host=host)
        pair = login()
        Table.add("sign-ins by password", many(login), unit="/s")

        def refresh():
            nonlocal pair
            pair = client.want(200, "gateway", "POST", "/api/v1/auth/refresh", {"refresh_token": pair["refresh_token"]}, host=host)
        Table.add("refreshes", many(refresh), unit="/s")


def many(act, seconds=4):
    count, began = 0, time.monotonic()
    while time.monotonic() - began < seconds:
        act()
        count += 1
    return count / (time.monotonic() - began)
