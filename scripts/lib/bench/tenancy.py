"""Tenancy with 10 tenants beside one with 10,000, each of 20 people in one PostgreSQL: sign-in, refresh, list and token check."""

import ctypes
import hashlib
import os
import secrets
import string
import time

from .http import need
from .measure import LOAD_CORE, SERVER_CORE, Bench, Fault, Table, cpu_seconds, in_turn, median, wrk
from .suite import PASSWORD

FEW, MANY, PEOPLE = 10, 10_000, 20
# People that requests are made for, of as many tenants as there are, and no more of each than there are.
SAMPLE = 500
CONNECTIONS = 16
DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
# Equal but for what a machine varies by from one round to the next.
SAME = 0.9


def base62(number, length):
    text = ""
    for _ in range(length):
        number, digit = divmod(number, 62)
        text = DIGITS[digit] + text
    return text


def refresh_token():
    """A refresh token as tenancy makes them, and its digest."""
    body = "sbr_" + base62(secrets.randbits(255), 43)
    text = body + base62(int.from_bytes(hashlib.sha256(body.encode()).digest()[:4], "big"), 6)
    return text, hashlib.sha256(text.encode()).hexdigest()


def uuid_of(name):
    digest = hashlib.md5(name.encode()).hexdigest()
    return "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:]))


class Crowd:
    """A suite whose database has so many tenants."""

    def __init__(self, count, binaries, suite_of, stack):
        self.count = count
        self.bench = stack.enter_context(Bench())
        self.suite = stack.enter_context(suite_of(self.bench, binaries))
        self.suite.tenant("first")
        self.fill()
        everybody = [(number, person) for person in range(1, PEOPLE + 1) for number in range(1, count + 1)]
        # People of every role alike, however many there are.
        self.sample = everybody[:: max(1, len(everybody) // SAMPLE)][:SAMPLE]
        # The suite keeps the pids to itself; the service's own is found by its port.
        self.server = next(
            int(pid) for pid in os.listdir("/proc") if pid.isdigit() and self.is_server(pid))

    def is_server(self, pid):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
            with open(f"/proc/{pid}/environ", "rb") as file:
                mine = f"PORT={self.suite.ports['tenancy']}".encode() in file.read().split(b"\0")
            return words[0].endswith(b"/tenancy") and mine
        except OSError:
            return False

    def fill(self):
        """The rows that the API would have made, and the word of them in the change feed."""
        self.suite.sql("tenancy", f"""
INSERT INTO tenants (tenant_id, name, subdomain, plan, phone_system)
    SELECT md5('tenant ' || n)::uuid, 'Tenant ' || n, 't-' || n, 'growth', 'none' FROM generate_series(1, {self.count}) AS n;
INSERT INTO entitlements (tenant_id, document)
    SELECT t.tenant_id, e.document FROM tenants AS t, entitlements AS e
    WHERE t.subdomain LIKE 't-%' AND e.tenant_id = '{self.suite.tenant_id}';
INSERT INTO tenant_settings (tenant_id) SELECT tenant_id FROM tenants WHERE subdomain LIKE 't-%';
INSERT INTO users (tenant_id, id, email, email_lc, name, role, password_hash)
    SELECT md5('tenant ' || n)::uuid, md5('user ' || n || ' ' || m)::uuid, address, address, 'Person ' || m,
        CASE m WHEN 1 THEN 'owner' ELSE 'agent' END, known.password_hash
    FROM generate_series(1, {self.count}) AS n, generate_series(1, {PEOPLE}) AS m,
        LATERAL (SELECT 'u' || m || '@t-' || n || '.example.com' AS address) AS named,
        (SELECT password_hash FROM users WHERE tenant_id = '{self.suite.tenant_id}') AS known;
INSERT INTO sessions (tenant_id, id, user_id, expires_at)
    SELECT tenant_id, id, id, now() + interval '30 days' FROM users WHERE email LIKE '%@t-%.example.com';
INSERT INTO refresh_tokens (tenant_id, digest, session_id, expires_at)
    SELECT tenant_id, sha256(id::text::bytea), id, expires_at FROM sessions;
INSERT INTO changes (tenant_id, kind, key, value)
    SELECT key::uuid, kind, key, value FROM feed_snapshot(interval '1 minute')
    WHERE kind IN ('tenant', 'entitlements', 'settings');
NOTIFY changes;""")
        self.suite.sql("tenancy", "VACUUM ANALYZE")
        deadline = time.monotonic() + 120
        while self.login(self.count)[0] == 404:
            if time.monotonic() > deadline:
                raise Fault("tenancy has not heard of its tenants")
            time.sleep(0.2)

    def login(self, number):
        return self.suite.ask(
            "tenancy", "POST", "/api/v1/auth/login", {"email": f"u1@t-{number}.example.com", "password": PASSWORD},
            headers=self.headers(number).items())

    def headers(self, number=None):
        """What the gateway would say, with a token of five minutes."""
        fields = {
            "X-Switchboard-Gateway": self.suite.service_token("gateway", "tenancy"), "X-Switchboard-Client-Address": "127.0.0.1",
            "X-Switchboard-Scheme": "http"}
        if number:
            fields |= {"X-Switchboard-Tenant": uuid_of(f"tenant {number}"), "X-Switchboard-Host": f"t-{number}.{self.suite.host}"}
        return fields

    def fresh_tokens(self):
        """A session and its refresh token for each of the sample; {(tenant, person): token}."""
        tokens, rows = {}, []
        for number, person in self.sample:
            text, digest = refresh_token()
            tokens[number, person] = text
            rows.append(f"('{uuid_of(f'tenant {number}')}'::uuid, '{uuid_of(f'user {number} {person}')}'::uuid, gen_random_uuid(), "
                        f"'\\x{digest}'::bytea)")
        self.suite.sql("tenancy", f"""
WITH wanted (tenant_id, user_id, session_id, digest) AS (VALUES {", ".join(rows)}), opened AS (
    INSERT INTO sessions (tenant_id, id, user_id, expires_at)
    SELECT tenant_id, session_id, user_id, now() + interval '30 days' FROM wanted)
INSERT INTO refresh_tokens (tenant_id, digest, session_id, expires_at)
    SELECT tenant_id, digest, session_id, now() + interval '30 days' FROM wanted;""")
        return tokens

    def access_tokens(self):
        """An access token for each of the sample."""
        found = {}
        for (number, person), token in self.fresh_tokens().items():
            status, answer = self.suite.ask(
                "tenancy", "POST", "/api/v1/auth/refresh", {"refresh_token": token}, headers=self.headers_with(number).items())
            if status != 200:
                raise Fault(f"a refresh of tenant {number}: {status} {answer}")
            found[number, person] = answer["access_token"]
        return found

    def headers_with(self, number):
        """The same headers, with the service's token of the last minute."""
        if time.monotonic() > getattr(self, "until", 0):
            self.common, self.until = self.headers(), time.monotonic() + 60
        return {**self.common, "X-Switchboard-Tenant": uuid_of(f"tenant {number}"), "X-Switchboard-Host": f"t-{number}.{self.suite.host}"}

    def run(self, name, body):
        """Requests in a second by a script, which sees `common` headers and a table of `accounts`."""
        script = self.bench.folder / f"{name}.lua"
        common = "".join(f"wrk.headers[{lua(key)}] = {lua(value)}\n" for key, value in self.headers().items())
        script.write_text(common + body)
        requests, seconds = wrk(f"http://127.0.0.1:{self.suite.ports['tenancy']}/", CONNECTIONS, script=script)
        return requests, requests / seconds

    def accounts(self, values):
        rows = (f"{{tenant={lua(uuid_of(f'tenant {number}'))}, user={lua(uuid_of(f'user {number} {person}'))}, number={number}, "
                f"person={person}, value={lua(value)}}}" for (number, person), value in values.items())
        return f"local accounts = {{{', '.join(rows)}}}\nlocal base = {lua(self.suite.host)}\n" + """
local function headers(account, more)
  local fields = {["X-Switchboard-Tenant"] = account.tenant, ["X-Switchboard-Host"] = "t-" .. account.number .. "." .. base}
  for name, value in pairs(wrk.headers) do fields[name] = value end
  for name, value in pairs(more) do fields[name] = value end
  return fields
end
"""

    def refreshes(self):
        """Each answer's token is shown next, after those of all other tenants of the sample."""
        return self.run("refresh", self.accounts(self.fresh_tokens()) + """
local first, last, byUser = 1, #accounts, {}
for _, account in ipairs(accounts) do byUser[account.user] = account end
request = function()
  local account = accounts[first]
  accounts[first], first = nil, first + 1
  return wrk.format("POST", "/api/v1/auth/refresh", headers(account, {["Content-Type"] = "application/json"}),
    '{"refresh_token":"' .. account.value .. '"}')
end
response = function(status, fields, body)
  local account = byUser[body:match('"user":{"id":"([^"]+)"')]
  account.value = body:match('"refresh_token":"([^"]+)"')
  last = last + 1
  accounts[last] = account
end
""")[1]

    def reads(self, name, path, tokens):
        return self.run(name, self.accounts(tokens) + f"""
local next = 0
request = function()
  next = next % #accounts + 1
  return wrk.format("GET", {lua(path)}, headers(accounts[next], {{Authorization = "Bearer " .. accounts[next].value}}))
end
""")[1]

    def sign_ins(self):
        """(in a second, the CPU seconds of one)."""
        before = cpu_seconds(self.server)
        requests, rate = self.run("login", self.accounts(dict.fromkeys(self.sample, "")) + f"""
local next = 0
request = function()
  next = next % #accounts + 1
  local account = accounts[next]
  return wrk.format("POST", "/api/v1/auth/login", headers(account, {{["Content-Type"] = "application/json"}}),
    '{{"email":"u' .. account.person .. '@t-' .. account.number .. '.example.com","password":"{PASSWORD}"}}')
end
""")
        return rate, (cpu_seconds(self.server) - before) / requests


def lua(text):
    return '"' + str(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def argon2_seconds():
    """What one hash of a password costs by itself: the suite's parameters, the suite's library, the server's core."""
    library = ctypes.CDLL("libargon2.so.1")
    password, salt, out = PASSWORD.encode(), b"0123456789abcdef", ctypes.create_string_buffer(32)
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {SERVER_CORE})
    try:
        began, count = time.process_time(), 20
        for _ in range(count):
            if library.argon2id_hash_raw(2, 19 * 1024, 1, password, len(password), salt, len(salt), out, 32):
                raise Fault("libargon2 refuses to hash")
        return (time.process_time() - began) / count
    finally:
        os.sched_setaffinity(0, before)


def tenancy(binaries, suite_of):
    """The same requests where tenancy has ten tenants and where it has ten thousand, in turn."""
    need("wrk")
    with Bench() as stack:
        crowds = {count: Crowd(count, binaries, suite_of, stack) for count in (FEW, MANY)}
        tokens = {count: crowd.access_tokens() for count, crowd in crowds.items()}
        people = {count: crowd.suite.sql("tenancy", "SELECT count(*) FROM users") for count, crowd in crowds.items()}
        print(f"    people: {', '.join(f'{tenants:,} tenants {number}' for tenants, number in people.items())}", flush=True)
        compare("refresh", {count: crowd.refreshes for count, crowd in crowds.items()}, at_least=1000)
        compare("list of 20 people", {
            count: lambda c=crowd, t=tokens[count]: c.reads("list", "/api/v1/users?limit=20", t) for count, crowd in crowds.items()})
        compare("token check", {
            count: lambda c=crowd, t=tokens[count]: c.reads("check", "/api/v1/settings/schema", t)
            for count, crowd in crowds.items()})
        signed = in_turn({count: crowd.sign_ins for count, crowd in crowds.items()})
        rates = {count: median([rate for rate, _ in figures]) for count, figures in signed.items()}
        report("sign-in by password", rates)
        cost = median([seconds for _, seconds in signed[MANY]])
        hashing = argon2_seconds()
        Table.add("Argon2's share of a sign-in's CPU time", 100 * min(1, hashing / cost), 80, unit=" %",
                  detail=f"{hashing * 1000:.1f} ms of {cost * 1000:.1f} ms; cores {SERVER_CORE} and {LOAD_CORE}")


def compare(what, cases, at_least=None):
    """Rates of both, in turn."""
    for run in cases.values():
        run()
    report(what, {count: median(values) for count, values in in_turn(cases).items()}, at_least)


def report(what, rates, at_least=None):
    detail = ", ".join(f"{count:,} tenants {rate:,.0f}/s" for count, rate in rates.items())
    Table.add(f"{what}, {MANY:,} tenants / {FEW}", rates[MANY] / rates[FEW], SAME, detail=detail)
    if at_least:
        Table.add(f"{what}, {MANY:,} tenants, two cores", rates[MANY], at_least, unit="/s")
