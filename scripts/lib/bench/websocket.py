"""WebSocket echo through the gateway, nginx and HAProxy: messages that came back per second of the proxy's CPU."""

import os
import re
import subprocess

from .http import compare, haproxy_with, need, nginx, told
from .measure import LOAD_CORE, SECONDS, Bench, Fault, Table, cpu_seconds, free_port

PATH = "/api/v1/realtime"


def echoes(binaries, port, host, connections, token, seconds=SECONDS):
    """(messages that came back, seconds); 64 bytes each, one at a time on each connection."""
    command = ["taskset", "-c", str(LOAD_CORE), str(binaries / "BenchWebSocket"), "load", str(port), host, PATH, str(connections), str(seconds)]
    done = subprocess.run(
        command, env={**os.environ, "BEARER": token}, capture_output=True, text=True, timeout=seconds + 60, check=False)
    counted = re.search(r"(\d+) messages in ([\d.]+) s", done.stdout)
    if done.returncode or not counted or counted[1] == "0":
        raise Fault(f"messages to {port}:\n{done.stdout}{done.stderr}")
    return int(counted[1]), float(counted[2])


def per_cpu_second(pid, *arguments):
    before = cpu_seconds(pid)
    messages, seconds = echoes(*arguments)
    return messages / max(0.01, cpu_seconds(pid) - before), messages / seconds


def websocket(binaries, suite_of):
    """The gateway checks the token and the limits, and counts; the others pass bytes on."""
    need("nginx", "haproxy")
    with Bench() as bench:
        upstream = free_port()
        bench.start("upstream", [binaries / "BenchWebSocket", upstream], core=LOAD_CORE, port=upstream)
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
              location / {{ proxy_pass http://127.0.0.1:{upstream}; proxy_http_version 1.1; proxy_read_timeout 300s;
                proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; proxy_set_header Host $host;
                proxy_set_header X-Real-IP $remote_addr; }}""")
        other = haproxy_with(bench, upstream, [f"bind 127.0.0.1:{third}"], third)
        host = f"bench.{suite.host}"
        proxies = (("ours", ours, server), ("nginx", theirs, reference), ("HAProxy", third, other))
        for _, port, _ in proxies:
            echoes(binaries, port, host, 32, token, seconds=1)
        for connections in (1, 64):
            figures = compare({
                name: lambda p=port, s=pid, c=connections: per_cpu_second(s, binaries, p, host, c, token)
                for name, port, pid in proxies})
            Table.add(f"WebSocket echo: gateway / nginx, {connections} connections", figures["ours"][0] / figures["nginx"][0],
                detail=told(figures))
            Table.add(f"WebSocket echo: gateway / HAProxy, {connections} connections", figures["ours"][0] / figures["HAProxy"][0])
