"""Reading calls where there are many: CALLS of TENANTS, one tenant with a fifth of them, beside one with a thousand."""

import http.client
import os
import time

from .measure import Bench, Fault, SERVER_CORE, Table

CALLS = int(os.environ.get("CALLS") or 5_000_000)
TENANTS = int(os.environ.get("TENANTS") or 200)
SMALL = 1_000
REQUESTS = int(os.environ.get("REQUESTS") or 300)
# The slowest of a request in twenty, in milliseconds, and how much slower than in the small tenant.
LIMIT, RATIO = 50, 1.5

# How long one statement that makes rows may take, in seconds.
PATIENCE = 3600

# Calls of a year; words of every rarity: one call in a hundred thousand, in two hundred, and all of them.
FILL = """
INSERT INTO calls (tenant_id, id, external_id, direction, from_kind, from_value, from_number, from_raw, to_kind, to_value, to_number,
    to_raw, status, started_at, answered_at, ended_at, agent_id, language, stage, transcript_version, transcript_language,
    transcript_engine, analysis_engine, analysis_summary, sentiment_score, sentiment_label, quality_score)
SELECT {tenant}, md5({tenant}::text || n)::uuid, 'b-' || n, (ARRAY['inbound', 'inbound', 'outbound'])[1 + n % 3], 'phone',
    '+1202' || lpad((n::bigint * 7919 % 10000000)::text, 7, '0'), '+1202' || lpad((n::bigint * 7919 % 10000000)::text, 7, '0'), '1202',
    'phone', '+1415555' || lpad((n % 20)::text, 4, '0'), '+1415555' || lpad((n % 20)::text, 4, '0'), '1415',
    (ARRAY['completed', 'completed', 'completed', 'completed', 'no_answer', 'completed', 'voicemail', 'completed', 'busy', 'completed'])[1 + n % 10],
    at, at + interval '8 seconds', at + make_interval(secs => 20 + n * 31 % 900),
    md5('agent ' || n % 50)::uuid, 'en', 'analysed', 1, 'en', 'local', 'local',
    'The customer asked for an offer and will call again next week.', (n % 21 - 10) / 10.0,
    CASE WHEN n % 21 < 8 THEN 'negative' WHEN n % 21 > 12 THEN 'positive' ELSE 'neutral' END, n * 37 % 101
FROM generate_series(1, {count}) AS n, LATERAL (SELECT now() - n * interval '365 days' / {count} AS at) AS spread;
INSERT INTO transcripts (tenant_id, call_id, version, language, engine, model, segments, words)
SELECT {tenant}, md5({tenant}::text || n)::uuid, 1, 'en', 'local', 'bench', jsonb_build_array(
        jsonb_build_object('id', 0, 'channel', 0, 'speaker', 'customer', 'start_seconds', 0.5, 'end_seconds', 6, 'is_doubtful', false,
            'text', 'Hello, I am calling about my order r' || n % 100000 || ' from last week.'),
        jsonb_build_object('id', 1, 'channel', 1, 'speaker', 'agent', 'start_seconds', 6.2, 'end_seconds', 12, 'is_doubtful', false,
            'text', 'Thank you, let me look at m' || n % 200 || ' and the delivery for you.')),
    array_to_tsvector(ARRAY['hello', 'calling', 'order', 'r' || n % 100000, 'm' || n % 200, 'delivery', 'thank']
        || ARRAY(SELECT 'f' || (n * k) % 20011 FROM generate_series(1, 40) AS k))
FROM generate_series(1, {count}) AS n;
"""


def fill(suite, large, small):
    """Rows as the service would have made them; the figures of both tenants are counted by the service itself."""
    own, others = CALLS // 5, TENANTS - 2
    rest = max(SMALL, (CALLS - own - SMALL) // max(1, others))
    began = time.monotonic()
    # What makes millions of rows quick: no index is kept up to date row by row, nothing waits for the disk.
    indexes = suite.sql("calls", """
ALTER TABLE calls DISABLE TRIGGER USER;
ALTER SYSTEM SET max_wal_size = '16GB';
ALTER SYSTEM SET synchronous_commit = off;
SELECT pg_reload_conf();
SELECT 'INDEX ' || indexrelid::regclass || ' AS ' || replace(pg_get_indexdef(indexrelid), chr(10), ' ') FROM pg_index
WHERE indrelid IN ('calls'::regclass, 'transcripts'::regclass) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)""")
    indexes = [line.removeprefix("INDEX ").split(" AS ", 1) for line in indexes.splitlines() if line.startswith("INDEX ")]
    for name, _ in indexes:
        suite.sql("calls", f"DROP INDEX {name}")
    for tenant, count in [(f"'{large}'::uuid", own), (f"'{small}'::uuid", SMALL)]:
        suite.sql("calls", FILL.format(tenant=tenant, count=count), PATIENCE)
    for number in range(others):
        suite.sql("calls", FILL.format(tenant=f"md5('other {number}')::uuid", count=rest), PATIENCE)
    print(f"    rows after {time.monotonic() - began:.0f} s", flush=True)
    for _, definition in indexes:
        suite.sql("calls", f"SET maintenance_work_mem = '2GB'; {definition}", PATIENCE)
    print(f"    indexes after {time.monotonic() - began:.0f} s", flush=True)
    suite.sql("calls", "VACUUM ANALYZE", PATIENCE)
    # Marks lie in the order in which calls came, as the service makes them.
    suite.sql("calls", f"""
ALTER TABLE calls ENABLE TRIGGER USER;
INSERT INTO call_rollup_marks
SELECT tenant_id, lpad(to_hex(row_number() OVER (ORDER BY bucket)), 32, '0')::uuid, bucket FROM (
    SELECT DISTINCT tenant_id, date_bin('15 minutes', started_at, 'epoch') AS bucket FROM calls
    WHERE tenant_id IN ('{large}', '{small}')) AS found;""", PATIENCE)
    print(f"    marks after {time.monotonic() - began:.0f} s", flush=True)
    while int(suite.sql("calls", "SELECT count(*) FROM call_rollup_marks")):
        if time.monotonic() - began > 2 * PATIENCE:
            raise Fault("the figures were not counted")
        time.sleep(1)
    suite.sql("calls", "VACUUM ANALYZE call_figures, call_day_figures")
    rows = suite.sql("calls", "SELECT count(*) FROM calls")
    print(f"    {int(rows):,} calls of {TENANTS} tenants, {own:,} of one; made in {time.monotonic() - began:.0f} s", flush=True)


class Reader:
    """One request after another to the service, on one connection."""

    def __init__(self, suite, tenant, host, token, gateway_token):
        self.connection = http.client.HTTPConnection("127.0.0.1", suite.ports["calls"], timeout=60)
        self.headers = {
            "Host": host, "Authorization": f"Bearer {token}", "X-Switchboard-Gateway": gateway_token,
            "X-Switchboard-Tenant": tenant, "X-Switchboard-Client-Address": "127.0.0.1", "X-Switchboard-Scheme": "http",
            "X-Switchboard-Host": host}

    def milliseconds(self, path):
        began = time.perf_counter()
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise Fault(f"{path}: {answer.status} {body[:300]}")
        return 1000 * (time.perf_counter() - began)


def cases():
    """Each with a path for every request, so that nothing is answered from a memory of the last."""
    day = lambda back: time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86_400 * back))
    return {
        "list page": lambda n: f"/api/v1/calls?limit=20&page={1 + n % 20}",
        "filtered page": lambda n: f"/api/v1/calls?limit=20&status=no_answer,busy&sentiment=negative&quality_min={n % 60}",
        "filtered page of an agent": lambda n: f"/api/v1/calls?limit=20&direction=inbound&from_date={day(60 + n % 30)}&to_date={day(n % 30)}",
        "search of a rare word": lambda n: f"/api/v1/calls?search=r{n * 17 % 900 + 1}",
        "search of a common word": lambda n: f"/api/v1/calls?search=m{n % 200}",
        "search of a word of every call": lambda n: f"/api/v1/calls?search=delivery&page={1 + n % 5}",
        "90 days by day": lambda n: f"/api/v1/analytics/calls/series?from_date={day(89 + n % 100)}&to_date={day(n % 100)}",
        "90 days by agent": lambda n: f"/api/v1/analytics/calls/groups?by=agent&from_date={day(89 + n % 100)}&to_date={day(n % 100)}",
        "a year by week": lambda n: f"/api/v1/analytics/calls/series?step=week&from_date={day(364 - n % 5)}&to_date={day(n % 5)}",
    }


def reading(binaries, suite_of):
    """The slowest of one request in twenty, one at a time, in the large tenant and in the small one in turn."""
    with Bench() as bench:
        suite = bench.enter_context(suite_of(bench, binaries, ("tenancy", "calls"), database_core=SERVER_CORE))
        tokens, tenants = {}, {}
        for name in ("large", "small"):
            tokens[name] = suite.tenant(name)
            tenants[name] = suite.tenant_id
        fill(suite, tenants["large"], tenants["small"])
        for what, path in cases().items():
            # Tokens live for minutes, and generating takes longer.
            gateway = suite.service_token("gateway", "calls")
            readers = {}
            for name in tokens:
                signed = suite.want(200, "gateway", "POST", "/api/v1/auth/login", {
                    "email": f"owner@{name}.example.com", "password": "a-long-pass-phrase-of-a-benchmark"},
                    host=f"{name}.{suite.host}")
                readers[name] = Reader(suite, tenants[name], f"{name}.{suite.host}", signed["access_token"], gateway)
            figures = {name: [] for name in readers}
            for number in range(REQUESTS + 20):
                for name, reader in readers.items():
                    taken = reader.milliseconds(path(number))
                    if number >= 20:
                        figures[name].append(taken)
            slow = {name: sorted(values)[int(len(values) * 0.95)] for name, values in figures.items()}
            middle = {name: sorted(values)[len(values) // 2] for name, values in figures.items()}
            detail = ", ".join(f"{name} median {middle[name]:.1f} p95 {slow[name]:.1f} ms" for name in figures)
            Table.add(f"{what}, large tenant, p95", slow["large"], LIMIT, at_most=True, unit=" ms", detail=detail)
            Table.add(f"{what}, large / small", slow["large"] / slow["small"], RATIO, at_most=True)
