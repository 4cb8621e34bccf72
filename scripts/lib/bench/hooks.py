"""Providers' hooks: how many a second the gateway commits and answers, while their service is down and while it takes them."""

import os
import signal
import time

from .http import need, per_cpu_second
from .measure import LOAD_CORE, SECONDS, Bench, Fault, Table, cpu_seconds, free_port, stat_of

CONNECTION = "0195d3f0-0000-7000-8000-0000000000"
# Bodies of a kilobyte, none like another, for several tenants and connections, since none has all the hooks.
SCRIPT = """
local hosts = { %s }
local count = 0
local padding = string.rep("a", 900)
function request()
  count = count + 1
  local path = string.format("/hooks/calls/retell/%s%%02d/events", count %% 40)
  local body = string.format('{"event":"call_ended","number":"%%d-%%d","padding":"%%s"}', %d, count, padding)
  return wrk.format("POST", path, { Host = hosts[count %% #hosts + 1], ["Content-Type"] = "application/json" }, body)
end
"""


def hooks(binaries, suite_of):
    """One gateway with a loop on one core; PostgreSQL, the service and the load share the other."""
    need("wrk")
    with Bench() as bench:
        suite = bench.enter_context(suite_of(bench, binaries))
        names = [f"bench{number}" for number in range(6)]
        for name in names:
            suite.tenant(name, plan="enterprise")
        # Gateways share an inbox: only the one that is measured may deliver.
        end(suite.gateway)
        hosts = ", ".join(f'"{name}.{suite.host}"' for name in names)
        upstream = free_port()
        bench.start("upstream", [binaries / "BenchEndpoint", upstream], core=LOAD_CORE, port=upstream)
        for number, (what, calls) in enumerate((("down", free_port()), ("up", upstream))):
            port = free_port()
            others = {f"{name}_URL": f"http://127.0.0.1:{upstream}" for name in suite.upstreams}
            if number:
                end(server)
            began, waited = time.monotonic(), inbox(suite, "waiting")
            server = suite.start(
                "gateway", port=port, alias=what, LOOPS="1", ADDRESS_REQUESTS="100000",
                **{**others, "CALLS_URL": f"http://127.0.0.1:{calls}"})
            wait_for_tenants(suite, what, names)
            if calls == upstream:
                drained(suite, began, waited)
            script = bench.folder / f"{what}.lua"
            script.write_text(SCRIPT % (hosts, CONNECTION, number))
            before = inbox(suite)
            database = cpu_seconds(suite.postgres)
            cpu, rate = per_cpu_second(server, f"http://127.0.0.1:{port}/", 64, script=script, seconds=SECONDS)
            database = (cpu_seconds(suite.postgres) - database) / (rate * SECONDS)
            kept = inbox(suite) - before
            if kept < rate * SECONDS * 0.95:
                raise Fault(f"{rate * SECONDS:.0f} hooks were answered and {kept} are kept")
            # While they are delivered too, PostgreSQL and the service have twice the work on the load's core.
            Table.add(f"hooks taken, service {what}", rate, 1000 if calls != upstream else None, unit="/s",
                detail=f"{1e6 / cpu:.0f} µs of the gateway's CPU each, {1e6 * database:.0f} of PostgreSQL's")


def drained(suite, began, waited):
    """Waits until what the gateway found in the inbox is delivered."""
    while waiting := inbox(suite, "waiting"):
        if time.monotonic() > began + 120:
            raise Fault(f"{waiting} hooks are not delivered")
        time.sleep(0.05)
    Table.add("hooks delivered from a full inbox", waited / (time.monotonic() - began), unit="/s",
        detail=f"{waited} had waited; the gateway's start included")


def end(pid):
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline and stat_of(pid)[0] not in ("Z", "X"):
        time.sleep(0.05)


def inbox(suite, state=""):
    return int(suite.sql("gateway", f"SELECT count(*) FROM inbox WHERE '{state}' IN ('', state)"))


def wait_for_tenants(suite, gateway, names):
    """A gateway whose services are down is never ready, and knows the tenants all the same."""
    deadline = time.monotonic() + 20
    for name in names:
        while suite.ask(gateway, "POST", "/api/v1/auth/login", {}, host=f"{name}.{suite.host}")[0] in (404, 503):
            if time.monotonic() > deadline:
                raise Fault(f"{gateway} does not know {name}")
            time.sleep(0.05)
