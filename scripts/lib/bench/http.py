"""A JSON endpoint beside nginx, and the gateway beside nginx and HAProxy: requests per second of the server's CPU."""

import shutil

from .measure import LOAD_CORE, Bench, Fault, Table, cpu_seconds, free_port, in_turn, median, wrk

PATH = "/api/v1/calls"


def need(*programs):
    for program in programs:
        if not shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin"):
            raise Fault(f"{program} is not installed: apt-get install {program}")


def document():
    head = '{"data":[{"id":"0193a1f2-6f2e-7c3a-9d0b-4f5a6b7c8d9e","status":"completed","note":"'
    tail = '"}],"page":1,"limit":20,"total":1}'
    return head + "a" * (1024 - len(head) - len(tail)) + tail


def nginx(bench, name, port, server, http=""):
    """An nginx with one worker, so that one core is enough for it."""
    config = bench.folder / f"{name}.conf"
    config.write_text(f"""
daemon off;
worker_processes 1;
pid {bench.folder}/{name}.pid;
error_log {bench.folder}/{name}.error.log;
events {{ worker_connections 4096; }}
http {{
  client_body_temp_path {bench.folder}/{name}-body; proxy_temp_path {bench.folder}/{name}-proxy;
  fastcgi_temp_path {bench.folder}/{name}-f; uwsgi_temp_path {bench.folder}/{name}-u; scgi_temp_path {bench.folder}/{name}-s;
  keepalive_requests 1000000000;
  {http}
  server {{ listen 127.0.0.1:{port}; {server} }}
}}
""")
    return bench.start(name, ["/usr/sbin/nginx", "-e", bench.folder / f"{name}.error.log", "-c", config], port=port)


def haproxy(bench, port, upstream):
    """An HAProxy with one thread, its log in a file."""
    return haproxy_with(bench, upstream, [f"bind 127.0.0.1:{port}"], port)


def haproxy_with(bench, upstream, binds, port):
    """The same with listeners of one's own, the one at `port` among them."""
    lines = "\n  ".join(binds)
    config = bench.folder / "haproxy.cfg"
    config.write_text(f"""
global
  nbthread 1
  maxconn 4096
  log stdout format raw local0
defaults
  mode http
  log global
  option httplog
  http-reuse always
  timeout client 60s
  timeout server 60s
  timeout connect 5s
  unique-id-format %{{+X}}o\\ %ci:%cp_%fi:%fp_%Ts_%rt:%pid
frontend front
  {lines}
  http-request set-header X-Request-ID %[unique-id]
  http-request del-header X-Forwarded-For
  option forwardfor
  default_backend back
backend back
  server upstream 127.0.0.1:{upstream} maxconn 1000
""")
    return bench.start("haproxy", ["/usr/sbin/haproxy", "-db", "-f", config], port=port)


def per_cpu_second(pid, *arguments, **options):
    """One round: (requests per second of CPU, requests per second)."""
    before = cpu_seconds(pid)
    requests, seconds = wrk(*arguments, **options)
    return requests / max(0.01, cpu_seconds(pid) - before), requests / seconds


def compare(cases, **options):
    """Rounds in turn; {name: (median requests per CPU second, median rate)}."""
    figures = in_turn(cases, **options)
    return {name: (median([row[0] for row in rows]), median([row[1] for row in rows])) for name, rows in figures.items()}


def told(figures):
    return ", ".join(f"{name} {1e6 / cpu:.1f} µs and {rate:,.0f}/s" for name, (cpu, rate) in figures.items())


def endpoint(binaries):
    """A kilobyte of JSON from our server and from nginx."""
    need("wrk", "nginx")
    with Bench() as bench:
        ours, theirs = free_port(), free_port()
        server = bench.start("endpoint", [binaries / "BenchEndpoint", ours], port=ours)
        reference = nginx(
            bench, "nginx", theirs, f"access_log off; default_type application/json; location / {{ return 200 '{document()}'; }}")
        for port in (ours, theirs):
            wrk(f"http://127.0.0.1:{port}/", 32, seconds=1)
        for connections in (32, 64):
            figures = compare({
                "ours": lambda c=connections: per_cpu_second(server, f"http://127.0.0.1:{ours}/", c),
                "nginx": lambda c=connections: per_cpu_second(reference, f"http://127.0.0.1:{theirs}/", c),
            })
            Table.add(f"JSON endpoint / nginx, {connections} connections", figures["ours"][0] / figures["nginx"][0], 0.95,
                detail=told(figures))


def proxy(binaries):
    """Passing requests on and nothing else: our server with our client, and nginx, without logs."""
    need("wrk", "nginx")
    with Bench() as bench:
        upstream, ours, theirs = free_port(), free_port(), free_port()
        bench.start("upstream", [binaries / "BenchEndpoint", upstream], core=LOAD_CORE, port=upstream)
        server = bench.start("proxy", [binaries / "BenchProxy", ours, upstream], port=ours)
        reference = nginx(
            bench, "nginx", theirs, """access_log off;
              location / { proxy_pass http://upstream; proxy_http_version 1.1; proxy_set_header Connection "";
                proxy_set_header Host $host; }""",
            http=f"upstream upstream {{ server 127.0.0.1:{upstream}; keepalive 128; keepalive_requests 1000000000; }}")
        for port in (ours, theirs):
            wrk(f"http://127.0.0.1:{port}{PATH}", 32, seconds=1)
        figures = compare({
            name: lambda p=port, s=pid: per_cpu_second(s, f"http://127.0.0.1:{p}{PATH}", 32)
            for name, port, pid in (("ours", ours, server), ("nginx", theirs, reference))})
        Table.add("bare proxy / nginx, 32 connections", figures["ours"][0] / figures["nginx"][0], detail=told(figures))


def gateway(binaries, suite_of):
    """The gateway, with all that it does, beside plain reverse proxies to the same upstream."""
    need("wrk", "nginx", "haproxy")
    with Bench() as bench:
        upstream = free_port()
        # The upstream shares the load's core: only the proxies' own CPU is counted.
        bench.start("upstream", [binaries / "BenchEndpoint", upstream], core=LOAD_CORE, port=upstream)
        suite = bench.enter_context(suite_of(bench, binaries))
        token = suite.tenant("bench")
        ours, theirs, third = free_port(), free_port(), free_port()
        url = f"http://127.0.0.1:{upstream}"
        server = suite.start(
            "gateway", port=ours, alias="measured", LOOPS="1", **{f"{name}_URL": url for name in suite.upstreams})
        suite.wait_until_ready("measured")
        reference = nginx(
            bench, "nginx", theirs, f"""
              access_log {bench.folder}/access.log combined;
              location / {{ proxy_pass http://upstream; proxy_http_version 1.1; proxy_set_header Connection "";
                proxy_set_header Host $host; proxy_set_header X-Request-ID $request_id; proxy_set_header X-Real-IP $remote_addr;
                proxy_set_header X-Forwarded-For ""; proxy_set_header X-Forwarded-Proto $scheme; }}""",
            http=f"upstream upstream {{ server 127.0.0.1:{upstream}; keepalive 128; keepalive_requests 1000000000; }}")
        other = haproxy(bench, third, upstream)
        headers = (f"Host: bench.{suite.host}", f"Authorization: Bearer {token}")
        for port in (ours, theirs, third):
            wrk(f"http://127.0.0.1:{port}{PATH}", 32, seconds=1, headers=headers)
        for connections in (32, 64):
            figures = compare({
                name: lambda p=port, s=pid, c=connections: per_cpu_second(s, f"http://127.0.0.1:{p}{PATH}", c, headers=headers)
                for name, port, pid in (("ours", ours, server), ("nginx", theirs, reference), ("HAProxy", third, other))
            })
            Table.add(f"gateway / nginx, {connections} connections", figures["ours"][0] / figures["nginx"][0], 0.9,
                detail=told(figures))
            Table.add(f"gateway / HAProxy, {connections} connections", figures["ours"][0] / figures["HAProxy"][0])
