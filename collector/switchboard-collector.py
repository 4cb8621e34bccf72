#!/usr/bin/env python3
"""Brings call records and recordings of a phone system to Switchboard, for systems that cannot do it themselves.

One file for Python 3.9 or later, nothing to install. It connects outwards only, by HTTPS, keeps what it could not
deliver for a week, and delivers each record once. README.md beside it tells how it is set up.
"""

import argparse
import hashlib
import http.client
import json
import logging
import os
import signal
import socket
import sqlite3
import ssl
import sys
import threading
import time
import urllib.parse
import uuid

WEEK = 7 * 86400
BATCH_RECORDS = 200
BATCH_BYTES = 200_000
LONGEST_RECORD = 100_000
LONGEST_PAUSE = 300
AUDIO = {".wav": "audio/wav", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".opus": "audio/ogg", ".flac": "audio/flac",
         ".gsm": "audio/x-gsm", ".m4a": "audio/mp4"}
log = logging.getLogger("collector")


class ConfigurationError(Exception):
    """What is wrong with the configuration, for whoever wrote it."""


class Spool:
    """What was read, how far, and what of it has arrived: one SQLite file, one connection a thread."""

    def __init__(self, folder):
        os.makedirs(folder, mode=0o700, exist_ok=True)
        self.path = os.path.join(folder, "spool.db")
        self.local = threading.local()
        with self.transaction() as rows:
            rows.execute("CREATE TABLE IF NOT EXISTS records (id INTEGER PRIMARY KEY, source TEXT NOT NULL,"
                         " digest TEXT NOT NULL UNIQUE, body TEXT, seen_at REAL NOT NULL, batch TEXT, sent_at REAL)")
            rows.execute("CREATE INDEX IF NOT EXISTS records_unsent ON records (id) WHERE sent_at IS NULL")
            rows.execute("CREATE TABLE IF NOT EXISTS places (source TEXT PRIMARY KEY, value TEXT NOT NULL)")
            rows.execute("CREATE TABLE IF NOT EXISTS files (name TEXT PRIMARY KEY, origin TEXT NOT NULL, size INTEGER,"
                         " seen_at REAL NOT NULL, next_at REAL NOT NULL, tries INTEGER NOT NULL DEFAULT 0, ended TEXT)")

    def transaction(self):
        if not hasattr(self.local, "rows"):
            self.local.rows = sqlite3.connect(self.path, timeout=60)
            self.local.rows.execute("PRAGMA journal_mode = WAL")
            self.local.rows.execute("PRAGMA synchronous = FULL")
        return self.local.rows

    def place(self, source):
        found = self.transaction().execute("SELECT value FROM places WHERE source = ?", (source,)).fetchone()
        return json.loads(found[0]) if found else None

    def add(self, source, bodies, place=None, files=()):
        """Keeps records, and how far the source was read, together: a crash neither loses nor doubles anything."""
        now = time.time()
        with self.transaction() as rows:
            for body in bodies:
                if len(body) > LONGEST_RECORD:
                    log.error("a record of %d characters was left out", len(body))
                    continue
                digest = hashlib.sha256((source + "\0" + body).encode()).hexdigest()
                rows.execute("INSERT OR IGNORE INTO records (source, digest, body, seen_at) VALUES (?, ?, ?, ?)",
                             (source, digest, body, now))
            for name, origin in files:
                rows.execute("INSERT OR IGNORE INTO files (name, origin, seen_at, next_at) VALUES (?, ?, ?, ?)",
                             (name, origin, now, now))
            if place is not None:
                rows.execute("INSERT INTO places VALUES (?, ?) ON CONFLICT (source) DO UPDATE SET value = excluded.value",
                             (source, json.dumps(place)))

    def batch(self, limit=BATCH_RECORDS):
        """The batch under way, or the next one: its id stays the same until it has arrived."""
        with self.transaction() as rows:
            found = rows.execute("SELECT batch, source FROM records WHERE sent_at IS NULL AND batch IS NOT NULL"
                                 " ORDER BY id LIMIT 1").fetchone()
            if not found:
                first = rows.execute("SELECT source FROM records WHERE sent_at IS NULL ORDER BY id LIMIT 1").fetchone()
                if not first:
                    return None
                name, size, ids = str(uuid.uuid4()), 0, []
                for row in rows.execute("SELECT id, length(body) FROM records WHERE sent_at IS NULL AND source = ?"
                                        " ORDER BY id LIMIT ?", (first[0], limit)).fetchall():
                    size += row[1] * 4
                    if ids and size > BATCH_BYTES * 4:
                        break
                    ids.append(row[0])
                rows.executemany("UPDATE records SET batch = ? WHERE id = ?", [(name, i) for i in ids])
                found = (name, first[0])
            bodies = [row[0] for row in rows.execute(
                "SELECT body FROM records WHERE batch = ? AND sent_at IS NULL ORDER BY id", (found[0],))]
            return found[0], found[1], bodies

    def delivered(self, batch):
        with self.transaction() as rows:
            rows.execute("UPDATE records SET sent_at = ?, body = NULL WHERE batch = ?", (time.time(), batch))

    def split(self, batch):
        with self.transaction() as rows:
            rows.execute("UPDATE records SET batch = NULL WHERE batch = ?", (batch,))

    def prune(self):
        limit = time.time() - WEEK
        with self.transaction() as rows:
            lost = rows.execute("DELETE FROM records WHERE sent_at IS NULL AND seen_at < ?", (limit,)).rowcount
            # A day longer, so that what is read again just then is still known.
            rows.execute("DELETE FROM records WHERE sent_at < ?", (limit - 86400,))
            rows.execute("UPDATE files SET ended = 'a week is over' WHERE ended IS NULL AND seen_at < ?", (limit,))
        if lost:
            log.error("%d records could not be delivered within a week and are gone", lost)

    def due_file(self):
        return self.transaction().execute(
            "SELECT name, origin, tries FROM files WHERE ended IS NULL AND next_at <= ? ORDER BY next_at LIMIT 1",
            (time.time(),)).fetchone()

    def settle_file(self, name, ended=None, pause=0):
        with self.transaction() as rows:
            rows.execute("UPDATE files SET ended = ?, tries = tries + 1, next_at = ? WHERE name = ?",
                         (ended, time.time() + pause, name))

    def waiting(self):
        return self.transaction().execute("SELECT count(*) FROM records WHERE sent_at IS NULL").fetchone()[0]


class Switchboard:
    """The way to the suite: hooks with the connection's secret, recordings with an API key."""

    def __init__(self, settings):
        self.hook = urllib.parse.urlsplit(settings.get("hook_url", ""))
        self.secret = settings.get("secret") or ""
        self.api_key = settings.get("api_key")
        local = self.hook.hostname in ("localhost", "127.0.0.1", "::1") or (self.hook.hostname or "").endswith(".localhost")
        if self.hook.scheme != "https" and not (self.hook.scheme == "http" and local):
            raise ConfigurationError("hook_url must begin with https://")
        if not self.hook.path.startswith("/hooks/") or not self.secret:
            raise ConfigurationError("hook_url and secret are those that the connection shows")
        self.connection = self.hook.path.rstrip("/").rsplit("/", 1)[-1]
        self.context = None
        if self.hook.scheme == "https":
            self.context = ssl.create_default_context(cafile=settings.get("ca_file"))

    def send(self, method, path, headers, body):
        """Status, pause that was asked for, and the answer."""
        kind = http.client.HTTPSConnection if self.context else http.client.HTTPConnection
        extra = {"context": self.context} if self.context else {}
        # A tenant is found by the host's name; names below localhost are this machine without asking anybody.
        host = "127.0.0.1" if (self.hook.hostname or "").endswith(".localhost") else self.hook.hostname
        wire = kind(host, self.hook.port, timeout=120, **extra)
        try:
            try:
                wire.request(method, path, body=body, headers=dict(headers, Host=self.hook.netloc))
            except (BrokenPipeError, ConnectionResetError):
                pass  # Refused before its end: the answer says why.
            answer = wire.getresponse()
            text = answer.read(65536)
            after = answer.getheader("Retry-After", "")
            return answer.status, int(after) if after.isdigit() else 0, text
        finally:
            wire.close()

    def deliver(self, batch, content_type, body):
        path = self.hook.path.rstrip("/") + "/records"
        return self.send("POST", path, {"Content-Type": content_type, "Authorization": "Bearer " + self.secret,
                                        "webhook-id": batch}, body)

    def upload(self, name, path):
        kind = AUDIO.get(os.path.splitext(name)[1].lower(), "audio/wav")
        target = "/api/v1/recordings/%s?name=%s" % (self.connection, urllib.parse.quote(name, safe=""))
        with open(path, "rb") as file:
            headers = {"Content-Type": kind, "Content-Length": str(os.fstat(file.fileno()).st_size),
                       "Authorization": "Bearer " + (self.api_key or "")}
            return self.send("PUT", target, headers, file)


class Source(threading.Thread):
    """Something that is read, again and again, until the collector stops."""

    content_type = "text/plain"

    def __init__(self, name, settings, spool, stop):
        super().__init__(name=name, daemon=True)
        self.settings, self.spool, self.stop = settings, spool, stop

    def wrap(self, bodies):
        return "\n".join(bodies) + "\n"

    def run(self):
        pause = 1
        while not self.stop.is_set():
            try:
                self.read()
                pause = 1
            except (OSError, ValueError, sqlite3.Error, http.client.HTTPException) as error:
                log.warning("%s: %s; again in %d s", self.name, error, pause)
                self.stop.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            self.stop.wait(float(self.settings.get("every_seconds", 2)))

    def read(self):
        raise NotImplementedError


class FileSource(Source):
    """Follows a file that grows, through rotation and truncation; only whole lines are taken."""

    content_type = "text/csv"

    def wrap(self, bodies):
        header = (self.spool.place(self.name) or {}).get("header")
        return "\n".join(([header] if header else []) + bodies) + "\n"

    def read(self):
        place = self.spool.place(self.name) or {}
        path = self.settings["path"]
        if not os.path.exists(path):
            # Between a rotation and the next call there is none.
            return log.warning("%s: %s is not there", self.name, path)
        if place.get("inode") and os.stat(path).st_ino != place["inode"]:
            # Rotated: what was written to the old file after the last look is still in it.
            for old in (path + ".1", path + ".0", path + "-old"):
                if os.path.exists(old) and os.stat(old).st_ino == place["inode"]:
                    place = self.take(old, place)
            place = {"header": place.get("header")}
        self.take(path, place)

    def take(self, path, place):
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            at = place.get("offset", 0)
            if status.st_size < at:
                at = 0
            file.seek(at)
            while not self.stop.is_set():
                data = file.read(1 << 20)
                end = data.rfind(b"\n") + 1
                if end == 0:
                    if len(data) == 1 << 20:
                        raise ValueError("a line of more than a megabyte")
                    break
                lines = [line for line in data[:end].decode("utf-8", "replace").splitlines() if line.strip()]
                header = place.get("header")
                if self.settings.get("header") and at == 0 and lines:
                    header = lines.pop(0)
                at += end
                file.seek(at)
                place = {"inode": status.st_ino, "offset": at, "header": header}
                self.spool.add(self.name, lines, place)
        return place


class LineSource(Source):
    """Lines of a TCP connection, which we open or wait for."""

    content_type = "text/csv"

    def read(self):
        host, port = self.settings.get("host", "127.0.0.1"), int(self.settings["port"])
        if self.settings["type"] == "tcp-listen":
            with socket.create_server((host, port)) as server:
                log.info("%s: listening on port %d", self.name, server.getsockname()[1])
                server.settimeout(1)
                while not self.stop.is_set():
                    try:
                        wire, _ = server.accept()
                    except socket.timeout:
                        continue
                    with wire:
                        self.take(wire)
        else:
            with socket.create_connection((host, port), timeout=30) as wire:
                self.take(wire)

    def greet(self, wire):
        """What is said before lines come."""

    def take(self, wire):
        self.greet(wire)
        wire.settimeout(1)
        rest = b""
        while not self.stop.is_set():
            try:
                data = wire.recv(65536)
            except socket.timeout:
                continue
            if not data:
                break
            rest = self.split(rest + data)
            if len(rest) > LONGEST_RECORD:
                raise ValueError("a line that does not end")
        if rest.strip():
            # Half a record would be refused together with all that stand beside it.
            log.warning("%s: the connection ended within a record", self.name)

    def split(self, data):
        lines = data.split(b"\n")
        found = [line.decode("utf-8", "replace").strip("\r") for line in lines[:-1]]
        self.spool.add(self.name, [line for line in found if line.strip()])
        return lines[-1]


class ManagerSource(LineSource):
    """Asterisk's manager interface: its events about calls."""

    content_type = "text/plain"

    def wrap(self, bodies):
        return "\r\n\r\n".join(bodies) + "\r\n\r\n"

    def greet(self, wire):
        login = "Action: Login\r\nUsername: %s\r\nSecret: %s\r\nEvents: cdr,call\r\n\r\n" % (
            self.settings["user"], self.settings["password"])
        wire.sendall(login.encode())

    def split(self, data):
        blocks = data.replace(b"\r\n", b"\n").split(b"\n\n")
        found = []
        for block in blocks[:-1]:
            text = block.decode("utf-8", "replace").strip("\n")
            if "Authentication failed" in text:
                raise ValueError("the manager does not accept user and password")
            if text.startswith("Event: Cdr"):
                found.append(text.replace("\n", "\r\n"))
        self.spool.add(self.name, found)
        return blocks[-1]


class UCM:
    """A Grandstream PBX's interface: challenge, login, cookie."""

    def __init__(self, settings):
        self.settings = settings
        self.address = urllib.parse.urlsplit(settings["address"])
        self.context = None
        if self.address.scheme == "https":
            self.context = ssl.create_default_context(cafile=settings.get("certificate"))
            # The PBX's own certificate is the only one that is trusted then, whatever name it bears.
            self.context.check_hostname = not settings.get("certificate")

    def ask(self, fields, path=None):
        """The answer's object; what is none, such as audio, goes into a file."""
        kind = http.client.HTTPSConnection if self.context else http.client.HTTPConnection
        extra = {"context": self.context} if self.context else {}
        wire = kind(self.address.hostname, self.address.port or 8089, timeout=120, **extra)
        try:
            wire.request("POST", "/api", json.dumps(dict(fields, request=fields)), {"Content-Type": "application/json"})
            answer = wire.getresponse()
            if answer.status != 200:
                raise ValueError("the PBX answered %d" % answer.status)
            first = answer.read(1)
            if first == b"{":
                value = json.loads(first + answer.read())
                if value.get("status", 0) != 0:
                    raise ValueError("the PBX refused %s (%s)" % (fields["action"], value["status"]))
                return value
            if path is None:
                raise ValueError("the PBX's answer to %s is no JSON" % fields["action"])
            with open(path, "wb") as file:
                file.write(first)
                while data := answer.read(1 << 16):
                    file.write(data)
            return None
        finally:
            wire.close()

    def sign_in(self):
        user, password = self.settings["user"], self.settings["password"]
        challenge = self.ask({"action": "challenge", "user": user, "version": "1.0"})["response"]["challenge"]
        token = hashlib.md5((challenge + password).encode()).hexdigest()
        return self.ask({"action": "login", "user": user, "token": token})["response"]["cookie"]


class UCMSource(Source):
    """Asks a Grandstream PBX for what ended since the last time, a quarter of an hour twice."""

    content_type = "application/json"
    overlap = 900

    def wrap(self, bodies):
        return '{"cdr_root":[' + ",".join(bodies) + "]}"

    def read(self):
        self.settings.setdefault("every_seconds", 60)
        ucm = UCM(self.settings)
        cookie = ucm.sign_in()
        now = time.time()
        place = self.spool.place(self.name) or {"until": now - 86400}
        written = lambda at: time.strftime("%Y-%m-%dT%H:%M+00:00", time.gmtime(at))
        offset = 0
        while not self.stop.is_set():
            page = ucm.ask({"action": "cdrapi", "cookie": cookie, "format": "json", "numRecords": 500, "offset": offset,
                            "startTime": written(place["until"] - self.overlap), "endTime": written(now + 60),
                            "timeFilterType": "End"})
            entries = page.get("cdr_root") or page.get("cdr") or []
            bodies = [json.dumps(entry, sort_keys=True, separators=(",", ":")) for entry in entries]
            files = [(name, "ucm:" + self.name) for entry in entries for name in self.recordings(entry)]
            offset += len(entries)
            isLast = len(entries) < 500
            self.spool.add(self.name, bodies, {"until": now} if isLast else None,
                           files if self.settings.get("recordings", True) else ())
            if isLast:
                break

    @staticmethod
    def recordings(entry):
        records = [value for value in entry.values() if isinstance(value, dict)] if "main_cdr" in entry else [entry]
        return [name for record in records for name in (record.get("recordfiles") or "").split("@") if name]


class Sender(threading.Thread):
    """Delivers batch after batch, in the order in which records were read."""

    def __init__(self, suite, spool, sources, stop):
        super().__init__(name="sender", daemon=True)
        self.suite, self.spool, self.sources, self.stop = suite, spool, sources, stop
        self.pause, self.limit, self.pruned = 1, BATCH_RECORDS, 0

    def run(self):
        while not self.stop.is_set():
            if not self.step():
                self.stop.wait(1)

    def step(self):
        """Whether something was delivered."""
        if time.time() - self.pruned > 3600:
            self.spool.prune()
            self.pruned = time.time()
        batch = self.spool.batch(self.limit)
        if not batch:
            return False
        name, source, bodies = batch
        reader = self.sources.get(source) or Source(source, {}, self.spool, self.stop)
        try:
            status, after, _ = self.suite.deliver(name, reader.content_type, reader.wrap(bodies).encode())
        except (OSError, http.client.HTTPException) as error:
            return self.fail("%s" % error, 0)
        if 200 <= status < 300:
            self.spool.delivered(name)
            self.pause, self.limit = 1, min(BATCH_RECORDS, self.limit * 2)
            return True
        if status == 413 and len(bodies) > 1:
            self.limit = max(1, len(bodies) // 2)
            self.spool.split(name)
            return False
        if status == 413:
            log.error("a record is too large for the suite and was left out")
            self.spool.delivered(name)
            return False
        return self.fail("the suite answered %d" % status, after)

    def fail(self, why, after):
        pause = max(self.pause, after)
        log.warning("not delivered, %d records wait: %s; again in %d s", self.spool.waiting(), why, pause)
        self.stop.wait(pause)
        self.pause = min(self.pause * 2, LONGEST_PAUSE)
        return False


class Uploader(threading.Thread):
    """Hands recordings in once the suite knows their calls."""

    def __init__(self, suite, spool, sources, folders, stop):
        super().__init__(name="uploader", daemon=True)
        self.suite, self.spool, self.sources, self.folders, self.stop = suite, spool, sources, folders, stop

    def run(self):
        while not self.stop.is_set():
            try:
                self.look()
                while not self.stop.is_set() and self.step():
                    pass
            except (OSError, sqlite3.Error) as error:
                log.warning("recordings: %s", error)
            self.stop.wait(10)

    def look(self):
        """Finds files that have not changed for a while."""
        for folder in self.folders:
            settle = float(folder.get("settle_seconds", 30))
            oldest = time.time() - 86400 * float(folder.get("days", 1))
            found = []
            for root, _, names in os.walk(folder["folder"]):
                for name in names:
                    path = os.path.join(root, name)
                    if os.path.splitext(name)[1].lower() not in AUDIO or os.path.islink(path):
                        continue
                    status = os.stat(path)
                    if oldest < status.st_mtime < time.time() - settle and status.st_size > 0:
                        found.append((os.path.relpath(path, folder["folder"]).replace(os.sep, "/"), path))
            self.spool.add("recordings", [], files=found)

    def step(self):
        """Whether a file was looked at."""
        file = self.spool.due_file()
        if not file:
            return False
        name, origin, tries = file
        pause = min(30 * 2 ** min(tries, 7), 3600)
        try:
            path = self.fetch(name, origin)
            try:
                status, after, text = self.suite.upload(name, path)
            finally:
                if path != origin:
                    os.unlink(path)
        except FileNotFoundError:
            self.spool.settle_file(name, "gone")
            return True
        except (OSError, ValueError, http.client.HTTPException) as error:
            log.warning("%s: %s", name, error)
            self.spool.settle_file(name, pause=pause)
            return True
        if 200 <= status < 300 or status == 409:
            self.spool.settle_file(name, "delivered")
        elif status in (404, 408, 429, 507) or status >= 500 or status in (401, 403):
            # 404: the call is not there yet.
            if status in (401, 403):
                log.error("the suite refuses recordings (%d): see api_key", status)
            self.spool.settle_file(name, pause=max(pause, after))
        else:
            log.error("%s was refused (%d): %s", name, status, text[:300].decode("utf-8", "replace"))
            self.spool.settle_file(name, "refused")
        return True

    def fetch(self, name, origin):
        if not origin.startswith("ucm:"):
            return origin
        ucm = UCM(self.sources[origin[4:]].settings)
        path = os.path.join(os.path.dirname(self.spool.path), str(uuid.uuid4()) + ".part")
        if ucm.ask({"action": "recapi", "cookie": ucm.sign_in(), "filedir": "monitor", "filename": name}, path):
            raise ValueError("the PBX gave no recording")
        return path


KINDS = {"file": FileSource, "tcp-listen": LineSource, "tcp-connect": LineSource, "asterisk-manager": ManagerSource,
         "ucm": UCMSource}


def load(path):
    with open(path, encoding="utf-8") as file:
        settings = json.load(file)
    for number, source in enumerate(settings.get("sources", [])):
        if source.get("type") not in KINDS:
            raise ConfigurationError("sources[%d].type is one of %s" % (number, ", ".join(KINDS)))
        needed = {"file": ["path"], "tcp-listen": ["port"], "tcp-connect": ["host", "port"],
                  "asterisk-manager": ["host", "port", "user", "password"], "ucm": ["address", "user", "password"]}
        for name in needed[source["type"]]:
            if name not in source:
                raise ConfigurationError("sources[%d].%s is missing" % (number, name))
    if not settings.get("sources") and not settings.get("recordings"):
        raise ConfigurationError("there are no sources and no recordings")
    return settings


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("configuration", help="a JSON file, see README.md")
    parser.add_argument("--once", action="store_true", help="read and deliver what is there, then end")
    arguments = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        settings = load(arguments.configuration)
        suite = Switchboard(settings)
        spool = Spool(settings.get("spool") or os.path.join(os.path.dirname(os.path.abspath(arguments.configuration)), "spool"))
    except (ConfigurationError, OSError, ValueError) as error:
        print("switchboard-collector: %s" % error, file=sys.stderr)
        return 2
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    sources = {}
    for number, source in enumerate(settings.get("sources", [])):
        name = source.get("name") or "%s-%d" % (source["type"], number)
        sources[name] = KINDS[source["type"]](name, source, spool, stop)
    sender = Sender(suite, spool, sources, stop)
    uploader = Uploader(suite, spool, sources, settings.get("recordings", []), stop)
    if arguments.once:
        for source in sources.values():
            if isinstance(source, (FileSource, UCMSource)):
                source.read()
        while sender.step():
            pass
        uploader.look()
        while uploader.step():
            pass
        return 0 if spool.waiting() == 0 else 1
    for thread in [*sources.values(), sender, uploader]:
        thread.start()
    log.info("collecting from %d sources", len(sources))
    while not stop.is_set():
        stop.wait(1)
    for thread in [*sources.values(), sender, uploader]:
        thread.join(timeout=5)
    return 0


if __name__ == "__main__":
    sys.exit(main())
