"""Writes a backup and verifies one. Run by scripts/backup and scripts/restore, which say what is where in the environment.

A backup is a folder:

    manifest.json        format, instant, databases, the ids of the encryption keys
    databases/<s>.dump   pg_dump's custom format, one a database
    recordings/...       every blob, under its own path
    recordings.sha256    their digests, as `sha256sum -c` reads them
    erasures.ndjson      who was erased, by keyed digests: what a restore of an older backup brings back is erased again
    keys.env             encryption keys and service secrets; without the first nothing that is sealed can be read
    admin.json           the first super admin's sign-in, while it is there
    SHA256SUMS           the digests of everything else above

The databases are dumped from snapshots that were all opened within a moment, while the services go on writing. The recordings
follow: a blob is written before the row that names it, and removed a day after no row does, so each one that a dumped row
names is still there, unless a person was erased in between; what was erased is not to come back.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from datetime import datetime, timezone

FORMAT = 1
CHUNK = 1 << 20


class Fault(Exception):
    """What is wrong, in words for the operator, and what to do."""


def digest_of(path, copy_to=None):
    digest = hashlib.sha256()
    with open(path, "rb") as source:
        target = open(copy_to, "xb") if copy_to else None
        try:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                if target:
                    target.write(chunk)
            if target:
                target.flush()
                os.fsync(target.fileno())
        finally:
            if target:
                target.close()
    return digest.hexdigest()


def key_check(encoded):
    """Tells two keys of the same id apart, and nothing of either."""
    return hashlib.sha256(b"switchboard key check:" + encoded.encode()).hexdigest()[:16]


def keys_of(lines):
    """{process: {id: check}} of the lines ENCRYPTION_KEYS_<PROCESS>=<id>:<base64>,..."""
    found = {}
    for line in lines:
        name, _, value = line.strip().partition("=")
        if name.startswith("ENCRYPTION_KEYS_"):
            process = name.removeprefix("ENCRYPTION_KEYS_").lower()
            found[process] = {key.partition(":")[0]: key_check(key.partition(":")[2]) for key in value.split(",")}
    return found


def files_below(folder):
    """Finished files only: a name with a leading dot is one that is still being written."""
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if not name.startswith(".") and "\n" not in name:
                yield os.path.relpath(os.path.join(root, name), folder)


def synced_write(path, text, mode=0o600):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


# Writing


class Snapshot:
    """A transaction that holds one database still until it is closed."""

    def __init__(self, psql, database):
        self.database = database
        self.session = subprocess.Popen(
            [*psql, "-d", database], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.session.stdin.write(
            "SET idle_in_transaction_session_timeout = 0;\n"
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\nSELECT pg_export_snapshot();\n")

    def name(self):
        name = self.session.stdout.readline().strip()
        if not name:
            raise Fault(f"The database {self.database} could not be read; PostgreSQL's reason stands above.")
        return name

    def close(self):
        self.session.stdin.close()
        self.session.wait()


def write(target, link):
    data = os.environ["DATA"]
    tools = os.environ["POSTGRES_BIN"]
    databases = os.environ["DATABASES"].split()
    server = ["-h", os.environ["POSTGRES_SOCKET"], "-U", "postgres"]
    psql = [f"{tools}/psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", *server]
    recordings = os.path.join(data, "recordings")

    target = os.path.abspath(target)
    if os.path.isdir(target) and not os.listdir(target):
        os.rmdir(target)
    if os.path.lexists(target):
        raise Fault(f"{target} is there already. A backup goes to a new folder.")
    inside = os.path.realpath(os.path.dirname(target))
    if os.path.commonpath([inside, os.path.realpath(recordings)]) == os.path.realpath(recordings):
        raise Fault("A backup cannot lie among the recordings.")
    os.makedirs(os.path.dirname(target), exist_ok=True)
    part = f"{target}.partial"
    shutil.rmtree(part, ignore_errors=True)
    os.mkdir(part, 0o700)
    try:
        check_room(psql, databases, recordings, part, link)
        write_parts(part, databases, psql, [f"{tools}/pg_dump", "-Fc", *server], data, recordings, link)
        os.rename(part, target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    folder = os.open(os.path.dirname(target), os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def check_room(psql, databases, recordings, part, link):
    sizes = subprocess.run(
        [*psql, "-d", "postgres", "-c", "SELECT sum(pg_database_size(datname)) FROM pg_database"],
        check=True, stdout=subprocess.PIPE, text=True)
    needed = int(sizes.stdout)
    if not link:
        for path in files_below(recordings):
            try:
                needed += os.path.getsize(os.path.join(recordings, path))
            except FileNotFoundError:
                pass
    free = shutil.disk_usage(part).free
    if free < needed:
        raise Fault(f"There is no room for it: up to {needed >> 20} MiB are needed, {free >> 20} MiB are free.")


def write_parts(part, databases, psql, pg_dump, data, recordings, link):
    taken_at = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    os.mkdir(f"{part}/databases")
    snapshots = [Snapshot(psql, database) for database in databases]
    try:
        for snapshot, name in [(snapshot, snapshot.name()) for snapshot in snapshots]:
            print(f"    database {snapshot.database}", flush=True)
            dumped = subprocess.run(
                [*pg_dump, f"--snapshot={name}", "-f", f"{part}/databases/{snapshot.database}.dump", "-d", snapshot.database])
            if dumped.returncode != 0:
                raise Fault(f"The database {snapshot.database} could not be dumped; the reason stands above.")
    finally:
        for snapshot in snapshots:
            snapshot.close()

    count, size = write_recordings(part, recordings, link)
    with open(f"{data}/secrets.env", encoding="utf-8") as file:
        lines = [line for line in file if line.startswith(("ENCRYPTION_KEYS_", "SERVICE_SECRET_"))]
    synced_write(f"{part}/keys.env", "".join(lines))
    if os.path.exists(f"{data}/tenancy/erasures.ndjson"):
        with open(f"{data}/tenancy/erasures.ndjson", encoding="utf-8") as file:
            synced_write(f"{part}/erasures.ndjson", file.read())
    if os.path.exists(f"{data}/admin.json"):
        with open(f"{data}/admin.json", encoding="utf-8") as file:
            synced_write(f"{part}/admin.json", file.read())
    manifest = {
        "format": FORMAT, "taken_at": taken_at, "databases": databases, "recordings": {"count": count, "bytes": size},
        "recordings_elsewhere": os.environ.get("S3_BUCKET"), "key_ids": keys_of(lines),
    }
    synced_write(f"{part}/manifest.json", json.dumps(manifest, indent=2) + "\n")
    sums = [path for path in files_below(part) if not path.startswith("recordings/")]
    synced_write(f"{part}/SHA256SUMS", "".join(f"{digest_of(os.path.join(part, path))}  {path}\n" for path in sums))
    os.sync()


def write_recordings(part, recordings, link):
    os.mkdir(f"{part}/recordings")
    count = size = 0
    with open(f"{part}/recordings.sha256", "x", encoding="utf-8") as sums:
        for path in files_below(recordings):
            source, copy = os.path.join(recordings, path), os.path.join(part, "recordings", path)
            os.makedirs(os.path.dirname(copy), exist_ok=True)
            try:
                if link:
                    os.link(source, copy)
                    digest = digest_of(copy)
                else:
                    digest = digest_of(source, copy_to=copy)
            except FileNotFoundError:
                continue  # Erased since the folder was read.
            sums.write(f"{digest}  recordings/{path}\n")
            count, size = count + 1, size + os.path.getsize(copy)
            if count % 1000 == 0:
                print(f"    {count} recordings, {size >> 20} MiB", flush=True)
    return count, size


# Verifying


def sums_of(folder, name):
    try:
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            pairs = [line.rstrip("\n").split("  ", 1) for line in file]
    except FileNotFoundError:
        raise Fault(f"{folder} is not a whole backup: it has no {name}.") from None
    sums = {}
    for pair in pairs:
        if len(pair) != 2 or pair[1].startswith("/") or ".." in pair[1].split("/"):
            raise Fault(f"{folder}/{name} is damaged.")
        sums[pair[1]] = pair[0]
    return sums


def verify(folder, keys_path):
    """Everything that could go wrong later is found here, before anything is changed."""
    if not os.path.isdir(folder):
        raise Fault(f"There is no backup at {folder}.", )
    sums = sums_of(folder, "SHA256SUMS")
    with open(os.path.join(folder, "manifest.json"), "rb") as file:
        raw = file.read()
    if hashlib.sha256(raw).hexdigest() != sums.get("manifest.json"):
        raise Fault(f"{folder}/manifest.json is damaged: its digest is not the one in SHA256SUMS.")
    manifest = json.loads(raw)
    if manifest["format"] != FORMAT:
        raise Fault(f"This backup has the format {manifest['format']}, and this release reads {FORMAT}.")
    check_keys(manifest, keys_path)

    unlisted = [f"databases/{name}.dump" for name in manifest["databases"] if f"databases/{name}.dump" not in sums]
    unlisted += ["recordings.sha256"] if "recordings.sha256" not in sums else []
    # The keys may be kept apart from the backup, and the sign-in may be gone.
    damaged = [
        path for path, digest in sums.items()
        if not (path in ("keys.env", "admin.json") and not os.path.exists(os.path.join(folder, path)))
        and not matches(folder, path, digest)
    ]
    if unlisted or damaged:
        raise Fault("These parts of the backup are damaged or missing: " + ", ".join((unlisted + damaged)[:20]))
    blobs = sums_of(folder, "recordings.sha256")
    damaged = [path for path, digest in blobs.items() if not matches(folder, path, digest)]
    if damaged:
        raise Fault(f"{len(damaged)} recordings of the backup are damaged or missing: " + ", ".join(damaged[:20]))
    print(f"    whole: {len(manifest['databases'])} databases, {len(blobs)} recordings, taken at {manifest['taken_at']}")


def matches(folder, path, digest):
    try:
        return digest_of(os.path.join(folder, path)) == digest
    except OSError:
        return False


def check_keys(manifest, keys_path):
    try:
        with open(keys_path, encoding="utf-8") as file:
            have = keys_of(file)
    except FileNotFoundError:
        have = {}
    missing, wrong = [], []
    for process, keys in manifest["key_ids"].items():
        for name, check in keys.items():
            if name not in have.get(process, {}):
                missing.append(f"{name} (ENCRYPTION_KEYS_{process.upper()})")
            elif have[process][name] != check:
                wrong.append(f"{name} (ENCRYPTION_KEYS_{process.upper()})")
    if missing:
        raise Fault(
            f"Encryption keys are missing from {keys_path}: {', '.join(missing)}. Without them the secrets in this backup cannot "
            "be read. Nothing was changed. Name the file that holds them: make restore FROM=... KEYS=file")
    if wrong:
        raise Fault(f"These encryption keys have the right id and are not the ones of the backup: {', '.join(wrong)}. Nothing was changed.")


def copy_recordings(folder, data):
    for path in sums_of(folder, "recordings.sha256"):
        target = os.path.join(data, path)
        os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
        shutil.copyfile(os.path.join(folder, path), target)
    os.sync()


def main():
    command, *arguments = sys.argv[1:]
    try:
        if command == "write":
            write(arguments[0], link="--link" in arguments)
        elif command == "verify":
            verify(*arguments)
        elif command == "databases":
            with open(os.path.join(arguments[0], "manifest.json"), encoding="utf-8") as file:
                print(" ".join(json.load(file)["databases"]))
        elif command == "copy-recordings":
            copy_recordings(*arguments)
    except Fault as fault:
        print(f"  ! {fault}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
