"""Providers' hooks: how many a second the gateway commits and answers, while their service is down and while it takes them."""

import os
import signal
import time

from .http import need, per_cpu_second
from .measure import LOAD_CORE, SECONDS, Bench, Fault, Table, free_port, stat_of

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
            server = suite.start(
                "gateway", port=port, alias=what, LOOPS="1", ADDRESS_REQUESTS="100000",
                **{**others, "CALLS_URL": f"http://127.0.0.1:{calls}"})
            wait_for_tenants(suite, what, names)
            script = bench.folder / f"{what}.lua"
            script.write_text(SCRIPT % (hosts, CONNECTION, number))
            before = inbox(suite)
            cpu, rate = per_cpu_second(server, f"http://127.0.0.1:{port}/", 64, script=script, seconds=SECONDS)
            kept = inbox(suite) - before
            if kept < rate * SECONDS * 0.95:
                raise Fault(f"{rate * SECONDS:.0f} hooks were answered and {kept} are kept")
            Table.add(f"hooks taken, service {what}", rate, 1000, unit="/s", detail=f"{1e6 / cpu:.0f} µs of the gateway's CPU each")
        began = time.monotonic()
        waiting = int(suite.sql("gateway", "SELECT count(*) FROM inbox WHERE state = 'waiting'"))
        while time.monotonic() - began < 60 and int(suite.sql("gateway", "SELECT count(*) FROM inbox WHERE state = 'waiting'")):
            time.sleep(0.1)
        Table.add("hooks delivered from a full inbox", waiting / (time.monotonic() - began), unit="/s", detail=f"{waiting} had waited")


def end(pid):
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline and stat_of(pid)[0] not in ("Z", "X"):
        time.sleep(0.05)


def inbox(suite):
    return int(suite.sql("gateway", "SELECT count(*) FROM inbox"))


def wait_for_tenants(suite, gateway, names):
    """A gateway whose services are down is never ready, and knows the tenants all the same."""
    deadline = time.monotonic() + 20
    for name in names:
        while suite.ask(gateway, "POST", "/api/v1/auth/login", {}, host=f"{name}.{suite.host}")[0] in (404, 503):
            if time.monotonic() > deadline:
                raise Fault(f"{gateway} does not know {name}")
            time.sleep(0.05)
