import DatabaseTestSupport
import HTTP
import JSON
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Calls

/// Trying connections, reading days again, and asking providers when somebody looks.
@Suite(.timeLimit(.minutes(20))) struct ConnectionRoutesTests {
    private static let path = "/api/v1/calls/connections"
    private static let call = """
        {"call_id": "c-1", "call_type": "phone_call", "call_status": "ended", "direction": "inbound",
         "from_number": "+14155550123", "to_number": "+14155550199", "start_timestamp": 1767225600000,
         "end_timestamp": 1767225673000, "duration_ms": 73000, "disconnection_reason": "user_hangup",
         "transcript_object": [{"role": "agent", "content": "Hello.", "words": [{"word": "Hello.", "start": 0.5, "end": 1.0}]}],
         "call_analysis": {"call_summary": "A greeting."}}
        """

    @Test func `a connection is tried, and wrong credentials are told of once`() async throws {
        try await IngestWorld.withProvider({ [RetellProvider(endpoint: $0)] }) { world, server in
            let connection = world.connect("retell", credentials: ["api_key": "key_1"])
            server.script("/get-concurrency", FakeProviderServer.json("{}", status: 401), FakeProviderServer.json("{}"))
            let check = "\(Self.path)/\(connection.id)/check"
            let refused: CallsAPI.ConnectionCheck = try await world.send(.post, check).decoded()
            #expect(!refused.isWorking && refused.code == "credentials")
            #expect(server.seen.first?.authorization == "Bearer key_1")
            let state: CallsAPI.ConnectionState = try await world.send(.get, "\(Self.path)/\(connection.id)").decoded()
            #expect(state.alert == "credentials" && state.lastErrorCode == "credentials" && state.failures == 1)
            let working: CallsAPI.ConnectionCheck = try await world.send(.post, check).decoded()
            #expect(working.isWorking)
            #expect(try await world.events() == ["connection.failed", "connection.recovered"])
            #expect(try await world.send(.post, check, as: .user(.agent)).status == 403)
            let other = "\(Self.path)/\(ConnectionID.make())/check"
            #expect(try await world.send(.post, other).status == 404)
        }
    }

    /// Every kind of phone system, in each of the ways in which its hooks are signed.
    private static let kinds: [(provider: String, credentials: [String: String], settings: [String: String])] = [
        ("generic", [:], [:]), ("retell", ["api_key": "key_1"], [:]), ("vapi", [:], [:]),
        ("vapi", [:], ["hook_authentication": "bearer"]),
        (
            "vapi", ["hmac_secret": "s3cret"],
            ["hook_authentication": "hmac", "hmac_algorithm": "sha512", "hmac_payload_format": "{url}.{body}"]
        ),
        ("twilio", ["auth_token": "token_1"], ["account_sid": "AC1"]),
        ("twilio", ["auth_token": "token_1", "signing_key": "key_1"], ["account_sid": "AC1"]),
        ("signalwire", ["signing_key": "PSK_1"], ["project_id": "p1"]), ("grandstream_ucm", [:], ["pbx_id": "a"]),
        ("clouducm", [:], [:]), ("threecx", [:], [:]),
        ("threecx", [:], ["columns": "callid;time-start;time-answered;time-end;from-no;to-no;from-type;to-type"]),
        ("asterisk", [:], [:]), ("asterisk", [:], ["columns": "uniqueid,src,dst,dcontext,start,end,disposition"]),
        ("freepbx", [:], [:]),
    ]

    @Test func `the test button shows what is understood of every phone system, and makes no call`() async throws {
        try await IngestWorld.with { world in
            #expect(Set(Self.kinds.map(\.provider)) == Set(CallProviders.all.list.map(\.name)))
            for (provider, credentials, settings) in Self.kinds {
                let connection = world.connect(provider, credentials: credentials, settings: settings)
                let test: CallsAPI.HookTest = try await world.send(.post, "\(Self.path)/\(connection.id)/test")
                    .decoded()
                #expect(test.isVerified && test.calls.count == 1 && test.fault == nil, "\(provider) \(test)")
                let call = try #require(test.calls.first, "\(provider)")
                #expect(call.from.number == "+14155550123" && call.direction == .inbound, "\(provider) \(test)")
                #expect(abs((Timestamp.now() - call.startedAt).components.seconds) < 600, "\(provider)")
                #expect(try await world.rows(of: connection).isEmpty)
                let state: CallsAPI.ConnectionState = try await world.send(
                    .get, "\(Self.path)/\(connection.id)"
                ).decoded()
                #expect(state.lastTestedAt != nil && state.lastTestFault == nil && state.lastHookAt == nil)
                let steps: CallsAPI.ConnectionInstructions = try await world.send(
                    .get, "\(Self.path)/\(connection.id)/instructions"
                ).decoded()
                let isAsked = world.seat.providers[provider]?.pollInterval != nil
                let isNamed = steps.steps.contains { $0.contains(steps.hookURL) }
                #expect(steps.steps.count >= 2 && (isNamed || isAsked), "\(provider)")
            }
            for table: StaticString in ["hook_payloads", "call_accounts", "outbox_events", "jobs"] {
                #expect(try await world.tables.rowsVisible(in: table, to: world.tenant) == 0, "\(table)")
            }
            // What does not fit shows at the connection.
            let wrong = world.connect("threecx", settings: ["columns": "duration,from-no"])
            let refused: CallsAPI.HookTest = try await world.send(.post, "\(Self.path)/\(wrong.id)/test").decoded()
            #expect(!refused.isVerified && refused.fault?.contains("time-start") == true)
            let state: CallsAPI.ConnectionState = try await world.send(.get, "\(Self.path)/\(wrong.id)").decoded()
            #expect(state.lastTestFault == refused.fault && state.alert == nil)
            let bare = world.connect("twilio")
            #expect(try await world.send(.post, "\(Self.path)/\(bare.id)/test").status == 409)
        }
        for provider in CallProviders.all.list {
            #expect(!ConnectionInstructions.of(provider.name, url: "x").isEmpty, "\(provider.name)")
        }
    }

    @Test func `a day that is read again gives the same rows, and brings back what was lost`() async throws {
        try await IngestWorld.with { world in
            let connection = world.connect("generic")
            for number in 1...5 {
                let body = Array(
                    #"{"id":"c-\#(number)","status":"completed","from":"+14155550123","to":"201","started_at":"\#((Timestamp.now() - .seconds(60)).jsonText)"}"#
                        .utf8)
                _ = try await world.deliver(body, to: connection, headers: try HookTests.signed(body, id: "m\(number)"))
            }
            try await world.work(connection)
            let rows = try await world.rows(of: connection)
            let versions = try await world.versions()
            #expect(rows.count == 5)
            let day = LocalDate(daysSince1970: Int(Timestamp.now().seconds / 86_400)).jsonText
            let yesterday = LocalDate(daysSince1970: Int(Timestamp.now().seconds / 86_400) - 1).jsonText
            let replay = try await world.send(
                .post, "\(Self.path)/\(connection.id)/replays",
                json: ["from_date": .string(yesterday), "to_date": .string(day)])
            #expect(replay.status == 202)
            #expect(try (replay.decoded() as CallsAPI.Replay).payloads == 5)
            try await world.work(connection)
            #expect(try await world.rows(of: connection) == rows)
            #expect(try await world.versions() == versions)
        }
    }

    @Test func `whoever looks at a call gets what its provider has, once asked for and then kept`() async throws {
        try await IngestWorld.withProvider({ [RetellProvider(endpoint: $0)] }) { world, server in
            let connection = world.connect("retell", credentials: ["api_key": "key_1"])
            server.script("/v2/get-call/c-1", HTTPResponse(status: 503), FakeProviderServer.json(Self.call))
            let body = Array(
                #"{"event":"call_started","call":{"call_id":"c-1","call_type":"phone_call","call_status":"ongoing","start_timestamp":1767225600000}}"#
                    .utf8)
            _ = try await world.deliver(body, to: connection, headers: HookTests.retell(body))
            try await world.work(connection)
            let list = try await world.send(.get, "/api/v1/calls")
            let id = try #require(
                try JSON.decode(JSONValue.self, from: Array(list.text.utf8)).list("data").first?.text("id"))
            let path = "/api/v1/calls/\(id)/provider-data"
            let fresh = try await world.send(.get, path)
            #expect(fresh.status == 200, "\(fresh.text)")
            let first: CallsAPI.ProviderAccount = try fresh.decoded()
            #expect(!first.cached && first.durationSeconds == 73 && first.callStatus == .completed)
            #expect(first.transcript?.first?.text == "Hello." && first.summary == "A greeting.")
            let again: CallsAPI.ProviderAccount = try await world.send(.get, path).decoded()
            #expect(again.cached && again.transcript?.count == 1 && again.fetchedAt != nil)
            let asked = server.seen.count
            _ = try await world.send(.get, path)
            #expect(server.seen.count == asked)
            server.script("/v2/get-call/c-1", HTTPResponse(status: 403))
            let refused = try await world.send(.get, "\(path)?refresh=true")
            #expect(refused.status == 502)
            #expect(try await world.send(.get, "/api/v1/calls/\(CallID.make())/provider-data").status == 404)
            #expect(try await world.send(.get, path, as: .user(.agent)).status == 404)
        }
    }

    @Test func `a call is registered at its provider, and its hooks find it`() async throws {
        try await IngestWorld.withProvider({ [RetellProvider(endpoint: $0)] }) { world, server in
            let connection = world.connect(
                "retell", credentials: ["api_key": "key_1"], settings: ["inbound_agent_id": "agent_7"])
            server.script(
                "/v3/create-web-call",
                FakeProviderServer.json(
                    #"{"access_token":"t0ken","call_id":"w-1","expires_at":1767225600,"ice_servers":[],"transport":"gateway"}"#,
                    status: 201))
            let body: JSONValue = [
                "connection_id": .string(connection.id.jsonText), "is_web": true,
                "contact_form_submission_id": "form-9",
                "widget_id": "w7",
            ]
            let answer = try await world.send(
                .post, "/api/v1/calls/registrations", headers: ["Idempotency-Key": "r1"], json: body)
            #expect(answer.status == 201, "\(answer.text)")
            let made: CallsAPI.RegisteredCall = try answer.decoded()
            #expect(made.accessToken == "t0ken" && made.externalID == "w-1")
            let row = try #require(try await world.rows(of: connection).first)
            #expect(row.contains("|registered|") && row.contains("form-9"), "\(row)")
            let hook = Array(
                #"{"event":"call_started","call":{"call_id":"w-1","call_type":"web_call","agent_id":"agent_7","call_status":"ongoing","start_timestamp":1767225600000}}"#
                    .utf8)
            _ = try await world.deliver(hook, to: connection, headers: HookTests.retell(hook))
            try await world.work(connection)
            #expect(try await world.rows(of: connection).count == 1)
            let tables = try await world.database.tenant(world.tenant).value(
                "SELECT count(*) FROM call_accounts WHERE tenant_id = \(world.tenant) AND document::text ~ 't0ken'",
                as: Int.self)
            #expect(tables == 0)
            server.script("/v3/create-web-call", HTTPResponse(status: 402))
            let refused = try await world.send(
                .post, "/api/v1/calls/registrations", headers: ["Idempotency-Key": "r2"], json: body)
            #expect(refused.status == 502)
        }
    }
}
