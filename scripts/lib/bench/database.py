"""The calls list and call ingest beside pgbench, which runs the very statements that the service sends, as it sends them."""

import json
import re
import subprocess
import uuid

from .http import need
from .measure import LOAD_CORE, SERVER_CORE, SECONDS, Bench, Fault, Table, in_turn, median, wrk

CALLS = 100_000
# As many as the service's pool has, so that both ask PostgreSQL equally hard.
CONNECTIONS = 3
LIST = "/api/v1/calls?limit=20"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Recorder:
    """What the service sends for one request, read from PostgreSQL's log."""

    ENTRY = re.compile(r"^\d{4}-\d\d-\d\d [\d:.]+ \w+ \[(\d+)\] (\w+)@(\w+) (\w+):\s+(.*?)(?=^\d{4}-\d\d-\d\d |\Z)", re.S | re.M)

    def __init__(self, suite):
        self.suite = suite
        self.log = suite.bench.folder / "postgres.log"

    def during(self, act):
        self.suite.sql("postgres", "ALTER SYSTEM SET log_min_duration_statement = 0; ALTER SYSTEM SET log_min_messages = log;")
        self.suite.sql("postgres", "SELECT pg_reload_conf(), pg_sleep(0.3)")
        start = self.log.stat().st_size
        answer = act()
        self.suite.sql("postgres", "ALTER SYSTEM RESET log_min_duration_statement; ALTER SYSTEM RESET log_min_messages;")
        self.suite.sql("postgres", "SELECT pg_reload_conf(), pg_sleep(0.3)")
        with open(self.log, encoding="utf-8") as file:
            file.seek(start)
            return answer, self.read(file.read())

    @classmethod
    def read(cls, text):
        """[(process, SQL, [parameter or None, ...]), ...] of what the calls service's role executed."""
        found, last = [], None
        for process, user, _, level, body in cls.ENTRY.findall(text):
            if user != "calls_app":
                continue
            executed = re.match(r"duration: [\d.]+ ms  (?:execute [^:]*|statement): (.*)", body, re.S)
            if level == "LOG":
                # A bind has details too; those of the execution are wanted.
                last = process if executed else None
                if executed:
                    found.append((process, executed[1].strip(), []))
            elif level == "DETAIL" and body.startswith("parameters: ") and last == process:
                values = re.findall(r"\$\d+ = (NULL|'(?:[^']|'')*')", body)
                found[-1] = (*found[-1][:2], [None if value == "NULL" else value[1:-1].replace("''", "'") for value in values])
        return found


def pgbench_script(statements, fresh, kept):
    """pgbench's form: one pipeline, parameters as variables, and new ids where the service makes new ones."""
    lines, variables, made = [], {}, {}

    def new(value):
        name = made.setdefault(value, f"u{len(made)}")
        return f"lpad(to_hex(:{name}::bigint), 32, '0')"

    def written(value):
        if value is None:
            return "NULL"
        if value in fresh:
            return new(value)
        if UUID.fullmatch(value) and value not in kept:
            return f"{new(value)}::uuid"
        if value.startswith("call/"):
            return f"('call/' || {new(value[5:])})"
        name = next((name for name, known in variables.items() if known == value), f"p{len(variables)}")
        variables[name] = value
        # Nobody else says what an array is an array of.
        return f":{name}::text[]" if re.fullmatch(r'\{[^":]*\}', value) else f":{name}"

    for _, sql, values in statements:
        sql = re.sub(r"\$(\d+)", lambda match: written(values[int(match[1]) - 1]), sql)
        lines.append(" ".join(sql.split()) + ";")
    numbers = [f"\\set {name} random(1, 9223372036854775806)" for name in made.values()]
    return "\n".join([*numbers, "\\startpipeline", *lines, "\\endpipeline", ""]), variables


def pgbench(suite, name, script, variables):
    """Transactions per second of the service's own role."""
    file = suite.bench.folder / f"{name}.sql"
    file.write_text(script)
    command = ["taskset", "-c", str(LOAD_CORE), "pgbench", "-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "1",
               "-T", str(SECONDS), "-f", str(file), "-h", suite.socket, "-U", "calls_app"]
    for variable, value in variables.items():
        command += ["-D", f"{variable}={value}"]
    done = subprocess.run([*command, "calls"], env={**suite.environment, "PGPASSWORD": suite.secret("CALLS_APP_PASSWORD")},
                          capture_output=True, text=True, check=False, timeout=SECONDS + 60)
    rate = re.search(r"tps = ([\d.]+) \(without", done.stdout)
    failed = re.search(r"number of failed transactions: (\d+)", done.stdout)
    if done.returncode or not rate or (failed and int(failed[1])):
        raise Fault(f"pgbench {name}:\n{done.stdout}{done.stderr}\n{script}")
    return float(rate[1])


def rate(*arguments, **options):
    requests, seconds = wrk(*arguments, **options)
    return requests / seconds


def seed(suite):
    """A tenant's year of calls, with the statistics that PostgreSQL would have gathered by then."""
    suite.sql("calls", f"""
INSERT INTO calls (tenant_id, id, external_id, direction, from_kind, from_value, from_number, from_raw, to_kind, to_value, to_number,
    to_raw, status, started_at, answered_at, ended_at, language, metadata, stage, analysis_summary, sentiment_score, sentiment_label)
SELECT '{suite.tenant_id}', gen_random_uuid(), 'seed-' || n, CASE n % 3 WHEN 0 THEN 'outbound' ELSE 'inbound' END,
    'phone', '+1202555' || lpad((n % 10000)::text, 4, '0'), '+1202555' || lpad((n % 10000)::text, 4, '0'),
    '202555' || n % 10000,
    'phone', '+12025550190', '+12025550190', '+12025550190', 'completed',
    now() - n * interval '5 minutes', now() - n * interval '5 minutes' + interval '8 seconds',
    now() - n * interval '5 minutes' + interval '4 minutes', 'en', '{{"campaign": "spring", "queue": 4}}', 'analysed',
    'The customer asked for an offer and will call again next week.', 0.4, 'positive'
FROM generate_series(1, {CALLS}) AS n;""")
    suite.sql("calls", "VACUUM ANALYZE calls")


class Subject:
    """A suite with calls, whose server side has one core and whose load has the other."""

    def __init__(self, bench, binaries, suite_of):
        need("wrk", "pgbench")
        self.suite = suite = bench.enter_context(suite_of(bench, binaries, ("tenancy", "calls"), database_core=SERVER_CORE))
        self.token = suite.tenant("bench")
        self.host = f"bench.{suite.host}"
        # The gateway under measurement shares the server's core; the one that set things up is idle.
        suite.start("gateway", alias="measured", LOOPS="1", **suite.not_run())
        suite.wait_until_ready("measured")
        gateway_token = suite.service_token("gateway", "calls")
        person = {"Authorization": f"Bearer {self.token}"}
        self.through_gateway = {"Host": self.host, **person}
        self.direct = {
            "Host": self.host, **person, "X-Switchboard-Gateway": gateway_token, "X-Switchboard-Tenant": suite.tenant_id,
            "X-Switchboard-Client-Address": "127.0.0.1", "X-Switchboard-Scheme": "http", "X-Switchboard-Host": self.host}
        self.urls = {name: f"http://127.0.0.1:{suite.ports[name]}" for name in ("calls", "measured")}
        self.recorder = Recorder(suite)

    def cases(self, path, script, name, statements, fresh=()):
        text, variables = pgbench_script(statements, fresh, kept={self.suite.tenant_id})
        as_lines = lambda fields: [f"{name}: {value}" for name, value in fields.items()]
        return {
            "pgbench": lambda: pgbench(self.suite, name, text, variables),
            "service": lambda: rate(self.urls["calls"] + path, 16, headers=as_lines(self.direct), script=script),
            "gateway": lambda: rate(self.urls["measured"] + path, 16, headers=as_lines(self.through_gateway), script=script),
        }

    def report(self, what, cases, target):
        for run in cases.values():
            run()
        figures = {name: median(values) for name, values in in_turn(cases).items()}
        detail = ", ".join(f"{name} {value:,.0f}/s" for name, value in figures.items())
        Table.add(f"{what}, service / pgbench", figures["service"] / figures["pgbench"], target, detail=detail)
        Table.add(f"{what}, gateway and service / pgbench", figures["gateway"] / figures["pgbench"])


def calls(binaries, suite_of):
    """A page of 20 of 100,000 calls, and a call recorded."""
    with Bench() as bench:
        subject = Subject(bench, binaries, suite_of)
        suite = subject.suite
        seed(suite)
        ask = lambda: suite.want(200, "calls", "GET", LIST, host=subject.host, headers=subject.direct)
        ask()
        page, statements = subject.recorder.during(ask)
        if len(page["data"]) != 20:
            raise Fault(f"the page has {len(page['data'])} calls")
        subject.report("list of 20 of 100,000 calls", subject.cases(
            LIST, None, "list", own(statements, suite.tenant_id, ("FROM calls ", "FROM call_day_figures"))), 0.7)

        document = {"external_id": f"bench-{uuid.uuid4()}", "direction": "inbound", "from": "+12025550101", "to": "+12025550190",
                    "started_at": "2026-01-05T10:00:00.000Z", "ended_at": "2026-01-05T10:04:00.000Z", "status": "completed",
                    "language": "en", "metadata": {"campaign": "spring", "queue": 4}}
        create = lambda: suite.want(201, "calls", "POST", "/api/v1/calls", document, host=subject.host, headers=subject.direct)
        _, statements = subject.recorder.during(create)
        subject.report("call ingest", subject.cases(
            "/api/v1/calls", ingest_script(bench.folder, document), "ingest", own(statements, suite.tenant_id, ("INTO calls ",)),
            fresh={document["external_id"]}), None)


def own(statements, tenant, words):
    """The request's own: transactions and single statements of the tenant that speak of these words; jobs run beside it."""
    groups, in_transaction = [], False
    for process, sql, values in statements:
        single = sql.startswith("SELECT set_config('app.tenant_id'") and not in_transaction
        if sql.startswith("BEGIN") or single:
            groups.append([])
        if groups:
            groups[-1].append((process, sql, values))
        in_transaction = (in_transaction or sql.startswith("BEGIN")) and not sql.startswith("COMMIT")
    kept = [group for group in groups if any(word in sql for _, sql, _ in group for word in words)
            and any("app.tenant_id" in sql and values[:1] == [tenant] for _, sql, values in group)]
    if not kept:
        raise Fault(f"The request's statements are not in the log: {statements}")
    # What follows until the next begins is others'.
    ends = [next((i for i, (_, sql, _) in enumerate(group) if sql.startswith("COMMIT")), 1) for group in kept]
    return [row for group, end in zip(kept, ends) for row in group[:end + 1]]


def ingest_script(folder, document):
    """wrk's form of a POST whose external id is another each time."""
    body = json.dumps({**document, "external_id": "@"})
    script = folder / "ingest.lua"
    script.write_text(f"""
local count, run = 0, tostring(os.time()) .. tostring({{}}):gsub("table: ", "")
local body = [==[{body}]==]
wrk.headers["Content-Type"] = "application/json"
request = function()
  count = count + 1
  return wrk.format("POST", nil, nil, (body:gsub("@", run .. "-" .. count, 1)))
end
""")
    return script
