"""Providers' events from the gateway to calls: a thousand a second, with PostgreSQL restarted in the middle; none lost, none doubled."""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import signal
import subprocess
import time
from datetime import datetime, timedelta, timezone

from .measure import BOTH_CORES, Bench, Fault, Table

RATE = int(os.environ.get("EVENTS_A_SECOND", "1000"))
SECONDS_OF_LOAD = int(os.environ.get("SECONDS_OF_EVENTS", "60"))
TENANTS = 6
SENDERS = 64
# What a phone system tells of one call.
STATUSES = ("ringing", "in_progress", "completed", "completed")


class Connection:
    """A tenant's connection, as a phone system knows it."""

    def __init__(self, suite, name):
        self.host = f"{name}.{suite.host}"
        token = suite.tenant(name, plan="enterprise")
        self.tenant = suite.tenant_id
        made = suite.want(
            201, "gateway", "POST", "/api/v1/connections", {"provider": "generic", "name": "bench"}, host=self.host, token=token)
        self.path = "/hooks/calls/generic/" + made["id"]
        self.key = base64.b64decode(made["webhook_secret"].removeprefix("whsec_"))

    def request(self, number, status, started):
        """One event as bytes on the wire, signed at the moment of sending."""
        event = {
            "id": f"call-{number // len(STATUSES)}", "direction": "inbound", "from": "+14155550123", "to": "201", "status": status,
            "started_at": started, "metadata": {"step": number % len(STATUSES), "padding": "a" * 200},
        }
        body = json.dumps(event).encode()
        now, message = int(time.time()), f"msg-{number}"
        digest = hmac.new(self.key, f"{message}.{now}.".encode() + body, hashlib.sha256).digest()
        return (
            f"POST {self.path} HTTP/1.1\r\nHost: {self.host}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"webhook-id: {message}\r\nwebhook-timestamp: {now}\r\nwebhook-signature: v1,{base64.b64encode(digest).decode()}\r\n\r\n"
        ).encode() + body


class Load:
    """Sends events at a steady rate, each again until it is taken, as phone systems do."""

    def __init__(self, port, connections, total):
        self.port, self.connections, self.total = port, connections, total
        self.repeated = 0
        self.latest = 0.0
        self.started = (datetime.now(timezone.utc) - timedelta(minutes=5)).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    async def run(self):
        began = time.monotonic()
        numbers = iter(range(self.total))
        await asyncio.gather(*(self.sender(numbers, began) for _ in range(SENDERS)))
        return time.monotonic() - began

    async def sender(self, numbers, began):
        reader = writer = None
        for number in numbers:
            due = began + number / RATE
            if (wait := due - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            # All events of a call are of one connection.
            connection = self.connections[number // len(STATUSES) % len(self.connections)]
            while True:
                try:
                    if writer is None:
                        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    writer.write(connection.request(number, STATUSES[number % len(STATUSES)], self.started))
                    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
                    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
                    await reader.readexactly(length)
                    if head[9:10] == b"2":
                        break
                    if head[9:12] not in (b"429", b"503", b"502", b"504", b"500"):
                        raise Fault(f"an event was refused: {head[:40]}")
                except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError):
                    if writer is not None:
                        writer.close()
                    writer = None
                self.repeated += 1
                await asyncio.sleep(0.5)
            self.latest = max(self.latest, time.monotonic() - due)


async def restart(suite):
    """Stops PostgreSQL as an operator would and starts it again."""
    os.kill(suite.postgres, signal.SIGINT)
    await asyncio.to_thread(until, lambda: is_over(suite.postgres), "stop")
    command = suite.shell("cluster_command")
    # By the main thread: the process is told to end when the thread ends that started it.
    suite.postgres = suite.bench.start(
        "postgres-again", ["bash", "-c", f"exec {command}"], core=suite.database_core, stop=signal.SIGINT)
    asked = ["pg_isready", "-q", "-h", suite.socket]
    await asyncio.to_thread(until, lambda: not subprocess.run(asked, check=False).returncode, "start again")


def until(holds, what):
    deadline = time.monotonic() + 60
    while not holds():
        if time.monotonic() > deadline:
            raise Fault(f"PostgreSQL did not {what}")
        time.sleep(0.05)


def is_over(pid):
    """Whether a process has ended, waited for or not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def ingest(binaries, suite_of):
    """Gateway, calls and PostgreSQL on two cores."""
    with Bench() as bench:
        suite = bench.enter_context(suite_of(
            bench, binaries, services=("tenancy", "calls"), database_core=BOTH_CORES, core=BOTH_CORES,
            gateway_core=BOTH_CORES))
        connections = [Connection(suite, f"ingest{number}") for number in range(TENANTS)]
        total = RATE * SECONDS_OF_LOAD // len(STATUSES) * len(STATUSES)
        load = Load(suite.ports["gateway"], connections, total)

        async def both():
            running = asyncio.create_task(load.run())
            await asyncio.sleep(SECONDS_OF_LOAD / 2)
            await restart(suite)
            return await running

        took = asyncio.run(both())
        calls = total // len(STATUSES)
        began = time.monotonic()
        while (done := finished(suite, connections)) < calls:
            if time.monotonic() > began + 600:
                raise Fault(f"{done} of {calls} calls are complete: events were lost")
            time.sleep(0.5)
        behind = time.monotonic() - began
        count = sum(rows(suite, "calls", connection) for connection in connections)
        kept = sum(rows(suite, "hook_payloads", connection) for connection in connections)
        if count != calls:
            raise Fault(f"{count} calls of {calls}: some are doubled")
        if kept != total:
            raise Fault(f"{kept} events are kept of {total}")
        Table.add("provider events taken, PostgreSQL restarted", total / took, RATE * 0.95, unit="/s",
            detail=f"{total} events, {load.repeated} sent again, none lost, none doubled")
        Table.add("provider events made calls", total / (took + behind), None, unit="/s",
            detail=f"{behind:.1f} s after the last event every call was complete")


def rows(suite, table, connection):
    return int(suite.sql("calls", f"SELECT count(*) FROM {table} WHERE tenant_id = '{connection.tenant}'"))


def finished(suite, connections):
    """Calls whose last event has been applied."""
    tenants = ", ".join(f"'{connection.tenant}'" for connection in connections)
    return int(suite.sql(
        "calls", f"SELECT count(*) FROM calls WHERE tenant_id IN ({tenants}) AND status = 'completed' AND NOT EXISTS ("
        "SELECT FROM hook_payloads AS p WHERE p.tenant_id = calls.tenant_id AND p.state = 'waiting')"))
