"""What every benchmark shares: processes on a core of their own, their CPU time, wrk, medians and the table."""

import contextlib
import os
import re
import signal
import socket
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

SERVER_CORE, LOAD_CORE = 0, min(1, (os.cpu_count() or 1) - 1)
# For what is said of both together.
BOTH_CORES = f"{SERVER_CORE},{LOAD_CORE}"
TICKS = os.sysconf("SC_CLK_TCK")
ROUNDS = int(os.environ.get("ROUNDS") or 3)
SECONDS = int(os.environ.get("SECONDS_A_ROUND") or 3)


class Fault(Exception):
    """What is wrong, and what to do about it."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def processes_of(root):
    """The process and all below it."""
    children = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError):
                children.setdefault(int(stat_of(int(entry.name))[1]), []).append(int(entry.name))
    found = [root]
    for pid in found:
        found.extend(children.get(pid, []))
    return found


def stat_of(pid):
    """The fields of /proc/PID/stat behind the name, which may have spaces: state, parent, ..."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()


def cpu_seconds(*roots):
    """User and system time of processes and all below them."""
    total = 0
    for pid in {pid for root in roots for pid in processes_of(root)}:
        with contextlib.suppress(OSError):
            fields = stat_of(pid)
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


def resident_megabytes(pid):
    """(all of it, what no file backs) of one process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return tuple(int(re.search(rf"^{name}:\s+(\d+) kB", status, re.M)[1]) / 1024 for name in ("VmRSS", "RssAnon"))


class Bench(contextlib.ExitStack):
    """Everything that was started ends with it."""

    def __init__(self):
        super().__init__()
        # Others may pass: nginx's worker and PostgreSQL are not root.
        self.folder = Path(self.enter_context(tempfile.TemporaryDirectory(prefix="switchboard-bench-")))
        self.folder.chmod(0o711)

    def start(self, name, command, core=SERVER_CORE, port=None, environment=None, stop=signal.SIGTERM):
        """Starts a process on a core, with its output in a file, and waits until its port takes connections."""
        log = self.folder / f"{name}.log"
        with open(log, "ab") as output:
            process = subprocess.Popen(
                ["taskset", "-c", str(core), *map(str, command)], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                env={**os.environ, **(environment or {})})
        self.callback(self.end, process, stop)
        if port:
            self.wait_for(port, process, log)
        return process.pid

    @staticmethod
    def end(process, stop):
        if process.poll() is None:
            process.send_signal(stop)
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @staticmethod
    def wait_for(port, process, log):
        deadline = time.monotonic() + 20
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            if process.poll() is not None or time.monotonic() > deadline:
                raise Fault(f"{' '.join(map(str, process.args))} does not listen on {port}:\n{log.read_text()[-2000:]}")
            time.sleep(0.02)


def wrk(url, connections, seconds=SECONDS, headers=(), script=None):
    """Requests answered and the seconds it took; every answer has to be a good one."""
    command = ["taskset", "-c", str(LOAD_CORE), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"]
    for header in headers:
        command += ["-H", header]
    if script:
        command += ["-s", str(script)]
    done = subprocess.run([*command, url], capture_output=True, text=True, timeout=seconds + 30, check=False)
    counted = re.search(r"(\d+) requests in ([\d.]+)s", done.stdout)
    if done.returncode or not counted or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise Fault(f"wrk on {url}:\n{done.stdout}{done.stderr}")
    return int(counted[1]), float(counted[2])


def in_turn(cases, rounds=ROUNDS):
    """Runs each case once a round, in turn, so that a slow minute of the machine falls on all; {name: [figure, ...]}."""
    figures = {name: [] for name in cases}
    for _ in range(rounds):
        for name, run in cases.items():
            figures[name].append(run())
    return figures


def median(values):
    return statistics.median(values)


class Table:
    """Targets and what was reached."""

    rows = []
    missed = 0

    @classmethod
    def add(cls, what, reached, target=None, at_most=False, unit="", detail=""):
        verdict = ""
        if target is not None:
            met = reached <= target if at_most else reached >= target
            verdict = "ok" if met else "MISSED"
            cls.missed += not met
        goal = "" if target is None else f"{'<=' if at_most else '>='} {target:g}{unit}"
        row = (what, f"{reached:.2f}{unit}" if abs(reached) < 10 else f"{reached:,.0f}{unit}", goal, verdict, detail)
        cls.rows.append(row)
        print(f"    {row[0]}: {row[1]}" + (f" (target {goal}: {verdict})" if goal else "") + (f"; {detail}" if detail else ""), flush=True)

    @classmethod
    def show(cls):
        heads = ("benchmark", "reached", "target", "", "figures")
        widths = [max(len(row[i]) for row in [heads, *cls.rows]) for i in range(4)]
        print()
        for row in [heads, *cls.rows]:
            print("  " + "  ".join(row[i].ljust(widths[i]) for i in range(4)) + "  " + row[4])
        print()
