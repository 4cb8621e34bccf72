"""The gateway as what stands on the open internet, beside nginx and HAProxy: TLS, HTTP/2, latency, and what an idle connection costs.

Everything that the gateway does for a tenant's request is on: tenant, token, limits, header hygiene, access log.
"""

import contextlib
import re
import socket
import ssl
import subprocess

from .http import PATH, compare, document, haproxy_with, need, nginx, told
from .measure import LOAD_CORE, SECONDS, Bench, Fault, Table, cpu_seconds, free_port, in_turn, median, processes_of, resident_megabytes

IDLE = 400
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"


def h2load(url, port, connections, streams, headers, *options, seconds=SECONDS):
    """(requests answered, seconds); every answer has to be a good one."""
    command = ["taskset", "-c", str(LOAD_CORE), "h2load", "-t1", f"-c{connections}", f"-m{streams}", f"-D{seconds}",
               f"--connect-to=127.0.0.1:{port}", *options]
    for header in headers:
        command += ["-H", header]
    done = subprocess.run([*command, url], capture_output=True, text=True, timeout=seconds + 30, check=False)
    counted = re.search(r"requests: \d+ total, \d+ started, (\d+) done, (\d+) succeeded, (\d+) failed", done.stdout)
    lasted = re.search(r"finished in ([\d.]+)(ms|s)", done.stdout)
    if done.returncode or not counted or not lasted or counted[3] != "0" or counted[2] == "0":
        raise Fault(f"h2load on {url}:\n{done.stdout}{done.stderr}")
    return int(counted[2]), float(lasted[1]) / (1000 if lasted[2] == "ms" else 1)


def certificate(bench, host):
    """A folder with a self-signed certificate of P-256 for the host and what is under it."""
    folder = bench.folder / "certificates"
    folder.mkdir()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-keyout", folder / "bench.key", "-out", folder / "bench.crt", "-subj", "/CN=bench",
         "-addext", f"subjectAltName=DNS:{host},DNS:*.{host}"], check=True, capture_output=True)
    (folder / "bench.key").chmod(0o600)
    both = bench.folder / "bench.pem"
    both.write_bytes((folder / "bench.crt").read_bytes() + (folder / "bench.key").read_bytes())
    return folder


class Door:
    """One proxy with its ports: in clear, in clear for HTTP/2, under TLS."""

    def __init__(self, name, pid, clear, clear2, tls):
        self.name, self.pid, self.clear, self.clear2, self.tls = name, pid, clear, clear2, tls

    def load(self, host, scheme, port, connections, streams, headers, *options):
        before = cpu_seconds(self.pid)
        requests, seconds = h2load(f"{scheme}://{host}:{port}{PATH}", port, connections, streams, headers, *options)
        return requests / max(0.01, cpu_seconds(self.pid) - before), requests / seconds


def gateway_at(suite, folder, upstream, alias):
    """A gateway of its own, with one loop, in clear and under TLS."""
    door = Door("ours", 0, free_port(), 0, free_port())
    door.clear2 = door.clear
    url = f"http://127.0.0.1:{upstream}"
    door.pid = suite.start(
        "gateway", port=door.clear, alias=alias, LOOPS="1", TLS_CERTIFICATES=str(folder), TLS_PORT=str(door.tls),
        **{f"{name}_URL": url for name in suite.upstreams})
    suite.wait_until_ready(alias)
    return door


def doors(bench, suite, upstream):
    """The gateway, nginx and HAProxy before the same upstream."""
    folder = bench.folder / "certificates"
    ours = gateway_at(suite, folder, upstream, "measured")
    theirs = Door("nginx", 0, free_port(), free_port(), free_port())
    pair = f"ssl_certificate {folder}/bench.crt; ssl_certificate_key {folder}/bench.key; ssl_protocols TLSv1.2 TLSv1.3;"
    theirs.pid = nginx(
        bench, "nginx", theirs.clear, f"""
          listen 127.0.0.1:{theirs.clear2} http2; listen 127.0.0.1:{theirs.tls} ssl http2; {pair}
          access_log {bench.folder}/access.log combined;
          location / {{ proxy_pass http://upstream; proxy_http_version 1.1; proxy_set_header Connection "";
            proxy_set_header Host $host; proxy_set_header X-Request-ID $request_id; proxy_set_header X-Real-IP $remote_addr;
            proxy_set_header X-Forwarded-For ""; proxy_set_header X-Forwarded-Proto $scheme; }}""",
        http=f"upstream upstream {{ server 127.0.0.1:{upstream}; keepalive 300; keepalive_requests 1000000000; }}")
    third = Door("HAProxy", 0, free_port(), free_port(), free_port())
    third.pid = haproxy_with(bench, upstream, [
        f"bind 127.0.0.1:{third.clear}", f"bind 127.0.0.1:{third.clear2} proto h2",
        f"bind 127.0.0.1:{third.tls} ssl crt {bench.folder}/bench.pem alpn h2,http/1.1"], third.clear)
    return ours, theirs, third


CASES = (
    # name, scheme, port, connections, streams, options, target beside nginx
    ("HTTP/1.1", "http", "clear", 64, 1, ("--h1",), 0.9),
    ("HTTP/1.1 over TLS", "https", "tls", 64, 1, ("--h1",), 0.8),
    ("HTTP/2 over TLS, 64 connections", "https", "tls", 64, 1, (), 0.8),
    ("HTTP/2 over TLS, 8 x 32 streams", "https", "tls", 8, 32, (), 0.8),
    ("HTTP/2 in clear, 64 connections", "http", "clear2", 64, 1, (), 1.2),
    ("HTTP/2 in clear, 8 x 32 streams", "http", "clear2", 8, 32, (), 3.0),
)


def edge(binaries, suite_of):
    """Requests per CPU second in every protocol, latency at one rate, memory of idle connections."""
    need("h2load", "nginx", "haproxy", "openssl")
    with Bench() as bench:
        upstream = free_port()
        bench.start("upstream", [binaries / "BenchEndpoint", upstream], core=LOAD_CORE, port=upstream)
        suite = bench.enter_context(suite_of(bench, binaries))
        token = suite.tenant("bench")
        folder = certificate(bench, "localhost")
        idle(suite, folder, upstream)
        proxies = doors(bench, suite, upstream)
        host = "bench.localhost"
        headers = (f"authorization: Bearer {token}",)
        for name, scheme, port, connections, streams, options, target in CASES:
            cases = {
                door.name: lambda d=door: d.load(host, scheme, getattr(d, port), connections, streams, headers, *options)
                for door in proxies}
            for run in cases.values():
                run()
            figures = compare(cases)
            Table.add(f"{name}: gateway / nginx", figures["ours"][0] / figures["nginx"][0], target, detail=told(figures))
            Table.add(f"{name}: gateway / HAProxy", figures["ours"][0] / figures["HAProxy"][0])
        served(binaries, bench)
        latency(bench, proxies[:2], host, headers)


def served(binaries, bench):
    """A kilobyte of JSON over HTTP/2 in clear, from our server and from nginx, with nothing behind them."""
    ours = Door("ours", 0, free_port(), 0, 0)
    ours.clear2 = ours.clear
    ours.pid = bench.start("endpoint", [binaries / "BenchEndpoint", ours.clear], port=ours.clear)
    theirs = Door("nginx", 0, free_port(), free_port(), 0)
    theirs.pid = nginx(
        bench, "nginx-served", theirs.clear, f"""
          listen 127.0.0.1:{theirs.clear2} http2; access_log off; default_type application/json;
          location / {{ return 200 '{document()}'; }}""")
    for connections, streams, target in ((64, 1, 1.2), (8, 32, 3.0)):
        figures = compare({
            door.name: lambda d=door: d.load("localhost", "http", d.clear2, connections, streams, ()) for door in (ours, theirs)})
        Table.add(f"HTTP/2 in clear, served, {connections} x {streams}: endpoint / nginx",
            figures["ours"][0] / figures["nginx"][0], target, detail=told(figures))


def latency(bench, proxies, host, headers):
    """The 99th percentile of the time to an answer, at half of what nginx reaches."""
    _, rate = proxies[1].load(host, "http", proxies[1].clear, 32, 1, headers, "--h1")
    each = max(1, int(rate / 2 / 32))

    def measured(door):
        log = bench.folder / f"{door.name}.times"
        log.unlink(missing_ok=True)
        h2load(f"http://{host}:{door.clear}{PATH}", door.clear, 32, 1, headers, "--h1", f"--rps={each}", f"--log-file={log}")
        times = sorted(int(line.split("\t")[2]) for line in log.read_text().splitlines())
        return times[len(times) * 99 // 100]

    figures = {name: median(rows) for name, rows in in_turn({door.name: lambda d=door: measured(d) for door in proxies}).items()}
    Table.add(f"99th percentile at {each * 32:,} requests/s: gateway / nginx", figures["ours"] / figures["nginx"], 1.2, at_most=True,
        detail=", ".join(f"{name} {time:,.0f} µs" for name, time in figures.items()))


def idle(suite, folder, upstream):
    """Private memory for each of some hundred connections that have been used once and wait.

    A gateway for each kind: what one has used before it would use again.
    """
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    request = b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n"

    def open_one(port, secure, opening):
        connection = socket.create_connection(("127.0.0.1", port), 10)
        if secure:
            connection = trusting.wrap_socket(connection, server_hostname="bench.localhost")
        connection.sendall(opening)
        connection.recv(65536)
        return connection

    kinds = (("in clear", False, request, 4), ("over HTTP/2", False, PREFACE, 16), ("under TLS", True, request, 48))
    for number, (name, secure, opening, bound) in enumerate(kinds):
        door = gateway_at(suite, folder, upstream, f"idle-{number}")
        port = door.tls if secure else door.clear
        open_one(port, secure, opening).close()
        with contextlib.ExitStack() as stack:
            before = memory(door.pid)
            for _ in range(IDLE):
                stack.enter_context(open_one(port, secure, opening))
            each = (memory(door.pid) - before) / IDLE
        Table.add(f"idle connection {name}", each, bound, at_most=True, unit=" kB")


def memory(pid):
    """The private memory of a process and all below it, in kB."""
    return sum(resident_megabytes(each)[1] for each in processes_of(pid)) * 1024
