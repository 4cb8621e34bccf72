"""A recording of two hours in two channels from upload to playback: how much memory the processes have at most."""

import array
import contextlib
import hashlib
import http.client
import json
import os
import random
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from .measure import Bench, Fault, Table, processes_of, resident_megabytes
from .suite import PASSWORD

RATE, BLOCK_SECONDS = 8_000, 10
# MINUTES shortens it for a look at the benchmark itself.
MINUTES = int(os.environ.get("MINUTES") or 120)
# What a process may have at most beyond what it had at rest, whatever the length.
GROWTH_MEGABYTES = 64
PATIENCE_SECONDS = 3_600


class Endpoint(BaseHTTPRequestHandler):
    """An endpoint of OpenAI's protocol that hears the same words in everything, and keeps nothing."""

    protocol_version = "HTTP/1.1"
    answer = json.dumps({
        "task": "transcribe", "language": "english", "duration": 60.0, "text": "We talked about the offer.",
        "segments": [{
            "id": 0, "seek": 0, "start": 0.5, "end": 2.5, "text": " We talked about the offer.", "tokens": [1],
            "temperature": 0.0, "avg_logprob": -0.2, "compression_ratio": 1.2, "no_speech_prob": 0.01}],
        "words": [], "usage": {"type": "duration", "seconds": 60}}).encode()

    def do_POST(self):
        left = int(self.headers["Content-Length"])
        while left:
            left -= len(self.rfile.read(min(left, 1 << 16)))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.answer)))
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, *_):
        pass


def sound():
    """Both sides in turn, four seconds of noise and one of silence each; the bytes of ten seconds."""
    numbers = random.Random(7)
    samples = array.array("h")
    for second in range(BLOCK_SECONDS):
        for _ in range(RATE):
            level = numbers.randrange(-6_000, 6_000) if second % 5 else 0
            samples.extend((level, 0) if second < 5 else (0, level))
    return samples.tobytes()


def recording():
    """(length, pieces) of a WAV file that is never in memory whole."""
    block, count = sound(), MINUTES * 60 // BLOCK_SECONDS
    size = len(block) * count
    head = b"RIFF" + struct.pack("<I", 36 + size) + b"WAVEfmt " + struct.pack(
        "<IHHIIHH", 16, 1, 2, RATE, RATE * 4, 4, 16) + b"data" + struct.pack("<I", size)

    def pieces():
        yield head
        for _ in range(count):
            yield block

    return len(head) + size, pieces


class Watch(threading.Thread):
    """The most that a process has had, and the most that its children have had."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.own, self.children, self.over = pid, 0.0, 0.0, threading.Event()

    def run(self):
        while not self.over.wait(0.1):
            for each in processes_of(self.pid):
                with contextlib.suppress(OSError, TypeError):
                    if each == self.pid:
                        self.own = max(self.own, resident_megabytes(each)[1])
                    else:
                        self.children = max(self.children, resident_megabytes(each)[1])


def exchange(suite, method, path, token, body=None, length=None, headers=()):
    """One request through the gateway, its answer open."""
    connection = http.client.HTTPConnection("127.0.0.1", suite.ports["gateway"], timeout=600)
    fields = {"Host": f"long.{suite.host}", "Authorization": f"Bearer {token}", **dict(headers)}
    if length is not None:
        fields |= {"Content-Length": str(length), "Content-Type": "audio/wav"}
    connection.request(method, path, body, fields)
    return connection, connection.getresponse()


def recording_benchmark(binaries, suite_type):
    endpoint = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=endpoint.serve_forever, daemon=True).start()
    address = f"127.0.0.1:{endpoint.server_port}"
    # Processes inherit what a benchmark sets.
    os.environ |= {
        "TRANSCRIBER": "openai", "OPENAI_BASE_URL": f"http://{address}/v1", "OPENAI_API_KEY": "sk-bench",
        "ALLOW_ADDRESSES_RECOGNISER": address}
    try:
        with Bench() as bench, suite_type(bench, binaries, services=("tenancy", "calls")) as suite:
            run(suite, calls=process(suite, "calls"))
    finally:
        endpoint.shutdown()


def process(suite, name):
    """The process that listens on a service's port."""
    wanted = f"{suite.ports[name]:04X}"
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and fields[1].endswith(f":{wanted}"):
            for entry in Path("/proc").iterdir():
                with contextlib.suppress(OSError):
                    if entry.name.isdigit() and any(
                            os.readlink(file) == f"socket:[{fields[9]}]" for file in (entry / "fd").iterdir()):
                        return int(entry.name)
    raise Fault(f"{name} does not listen")


def run(suite, calls):
    token = suite.tenant("long", plan="enterprise")
    call = suite.want(
        201, "gateway", "POST", "/api/v1/calls",
        {"direction": "inbound", "from": "+14155550123", "to": "201", "started_at": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
         "status": "in_progress"}, host=f"long.{suite.host}", token=token)["id"]
    path = f"/api/v1/calls/{call}"
    gateway, rest, gateway_rest = suite.gateway, resident_megabytes(calls)[1], resident_megabytes(suite.gateway)[1]
    watches = [Watch(calls), Watch(gateway)]
    for watch in watches:
        watch.start()
    length, pieces = recording()
    began = time.monotonic()
    connection, answer = exchange(suite, "PUT", f"{path}/recording", token, pieces(), length)
    if answer.status != 202:
        raise Fault(f"the upload was answered {answer.status}: {answer.read()[:500]}")
    connection.close()
    uploaded = time.monotonic() - began
    processing = {}
    while processing.get("stage") not in ("analysed", "failed"):
        if time.monotonic() - began > PATIENCE_SECONDS:
            raise Fault(f"the call is still at {processing}")
        time.sleep(1)
        status, found = suite.ask("gateway", "GET", path, host=f"long.{suite.host}", token=token)
        if status == 401:
            token = signed_in(suite)
            continue
        if status != 200:
            raise Fault(f"the call cannot be read: {status} {found}")
        processing = found["processing"]
    if processing["stage"] != "analysed":
        raise Fault(f"the call failed: {processing}")
    analysed = time.monotonic() - began
    # The one that was polled with may be about to end.
    check(suite, path, signed_in(suite), found, length, pieces)
    for watch in watches:
        watch.over.set()
        watch.join()
    minutes = f"{MINUTES} minutes in two channels, {length >> 20} MB, {len(found['transcript']['segments'])} segments"
    Table.add("calls: memory beyond rest", watches[0].own - rest, GROWTH_MEGABYTES, at_most=True, unit="MB", detail=minutes)
    Table.add("gateway: memory beyond rest", watches[1].own - gateway_rest, GROWTH_MEGABYTES, at_most=True, unit="MB")
    Table.add("child that decodes: memory", watches[0].children, 128, at_most=True, unit="MB")
    Table.add("uploaded after", uploaded, unit="s")
    Table.add("analysed after", analysed, unit="s")


def signed_in(suite):
    """Another token of the owner's: a slow machine takes longer than one lasts."""
    return suite.want(
        200, "gateway", "POST", "/api/v1/auth/login", {"email": "owner@long.example.com", "password": PASSWORD},
        host=f"long.{suite.host}")["access_token"]


def check(suite, path, token, found, length, pieces):
    """That it is all there: the waveform, the length, and every byte."""
    if abs(found["recording"]["duration_seconds"] - MINUTES * 60) > 0.01 or found["recording"]["channels"] != 2:
        raise Fault(f"the recording is taken for {found['recording']}")
    peaks = suite.want(200, "gateway", "GET", f"{path}/recording/peaks", host=f"long.{suite.host}", token=token)
    if [len(channel) for channel in peaks["channels"]] != [2_000, 2_000]:
        raise Fault("the waveform is not whole")
    sent = hashlib.sha256()
    for piece in pieces():
        sent.update(piece)
    connection, answer = exchange(suite, "GET", f"{path}/recording", token)
    played, count = hashlib.sha256(), 0
    while piece := answer.read(1 << 16):
        played.update(piece)
        count += len(piece)
    connection.close()
    if count != length or played.digest() != sent.digest():
        raise Fault("what is played is not what was handed in")
