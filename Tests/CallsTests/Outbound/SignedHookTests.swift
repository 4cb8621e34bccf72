import Foundation
import HTTP
import HTTPClient
import IO
import Jobs
import Models
import Postgres
import Telemetry
import TestSupport
import Testing
import WebTestSupport

@testable import Calls

/// A call from the click to its recording, with every callback signed as the carrier signs it.
@Suite(
    .enabled(if: Tool.hasCalls && CarrierSpecification.twilio != nil && CarrierSpecification.signalwire != nil),
    .timeLimit(.minutes(20))) struct SignedHookTests
{
    private struct Told {
        var target: String
        var form: String
    }

    /// A call in which both speak; what the carrier will tell of it, in order.
    private func spoken(_ outbound: OutboundServer) async throws -> (call: CallID, callee: String, told: [Told]) {
        let call = try await outbound.dial().callID
        let agent = try await outbound.placed(1)
        _ = try await outbound.ask(agent)
        let callee = try await outbound.placed(2)
        _ = try await outbound.ask(callee)
        _ = try await outbound.ask(callee, url: try #require(callee.form["Url"]) + "&step=join")
        try await outbound.until { try await outbound.live(call).recording == .running }
        var told: [Told] = []
        for status in ["initiated", "ringing", "in-progress", "completed"] {
            for end in [agent, callee] {
                let url = try #require(URLComponents(string: end.form["StatusCallback"] ?? ""))
                told.append(
                    Told(
                        target: url.path + "?" + (url.percentEncodedQuery ?? ""),
                        form: "CallSid=\(end.id)&CallStatus=\(status)&Timestamp=\(Self.timestamp)"))
            }
        }
        let base = "/hooks/calls/\(outbound.fake.provider.rawValue)/\(outbound.fake.connection)"
        for event in ["participant-join", "participant-leave"] {
            told.append(
                Told(
                    target: base,
                    form:
                        "CallSid=\(callee.id)&ConferenceSid=CF1&StatusCallbackEvent=\(event)&Timestamp=\(Self.timestamp)"
                ))
        }
        let url = Self.encoded(outbound.fake.recordingURL("RE1"))
        for status in ["in-progress", "completed"] {
            told.append(
                Told(
                    target: "\(base)/recording",
                    form: """
                        CallSid=\(callee.id)&RecordingSid=RE1&RecordingStatus=\(status)&RecordingChannels=2\
                        &RecordingUrl=\(url)&RecordingDuration=1&Timestamp=\(Self.timestamp)
                        """))
        }
        return (call, callee.id, told)
    }

    private static let timestamp = "Thu%2C+01+Jan+2026+12%3A00%3A00+%2B0000"

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    private func ingest(_ outbound: OutboundServer) async throws {
        try await HookIngest(
            database: outbound.server.database, connections: outbound.fake.seat.connections, agents: .nobody,
            providers: outbound.fake.providers, knowledge: outbound.server.trust.knowledge,
            logger: Logger(service: "tests", level: .error)
        ).run(outbound.fake.connection, in: outbound.tenant)
    }

    /// The call and its ends as their rows tell them, without ids and the times of writing.
    private func rows(_ outbound: OutboundServer, _ call: CallID) async throws -> [String] {
        try await outbound.texts(
            """
            SELECT concat_ws('|', direction, status, provider_status, answered_at IS NOT NULL, ended_at IS NOT NULL, stage,
                agent_id IS NOT NULL, from_value, to_value) FROM calls WHERE tenant_id = \(outbound.tenant)
            UNION ALL
            SELECT concat_ws('|', role, state, reason, joined_at IS NOT NULL, left_at IS NOT NULL)
            FROM call_participants WHERE tenant_id = \(outbound.tenant)
            UNION ALL
            SELECT concat_ws('|', recording_state, recording_policy) FROM call_controls
            WHERE tenant_id = \(outbound.tenant)
            UNION ALL
            SELECT type || '|' || count(*) FROM outbox_events WHERE tenant_id = \(outbound.tenant)
              AND type IN ('call.created', 'call.answered', 'call.ended') GROUP BY type
            ORDER BY 1
            """)
    }

    @Test(arguments: CarrierProvider.allCases)
    func `callbacks that come three times and in any order leave the rows that they leave once in order`(
        _ provider: CarrierProvider
    ) async throws {
        let expected = RowsBox()
        for isShuffled in [false, true] {
            try await OutboundServer.with(provider, isSigned: true) { outbound in
                try await outbound.setUp()
                let (call, _, told) = try await spoken(outbound)
                // Within an end the first words are about its being answered; the rest comes as it comes.
                for hook in isShuffled ? (told + told + told).shuffled() : told {
                    let status = try await outbound.tell(hook.target, form: hook.form)
                    #expect(status == 204)
                    if isShuffled, Bool.random() { try await ingest(outbound) }
                }
                try await ingest(outbound)
                let found = try await rows(outbound, call)
                if isShuffled { #expect(found == expected.rows) } else { expected.rows = found }
                #expect(found.contains { $0.hasPrefix("outbound|completed") && $0.contains("recording_pending") })
            }
        }
    }

    @Test func `a call that only its carrier's account has ended lets its ends and its agent go`() async throws {
        try await OutboundServer.with(.signalwire, isSigned: true) { outbound in
            try await outbound.setUp()
            let (call, callee, _) = try await spoken(outbound)
            // Of the words about the ends none has come; the account's own callback says that it is over.
            let base = "/hooks/calls/signalwire/\(outbound.fake.connection)"
            let form = "CallSid=\(callee)&CallStatus=completed&Direction=outbound-api&Timestamp=\(Self.timestamp)"
            #expect(try await outbound.tell(base, form: form) == 204)
            try await ingest(outbound)
            #expect(try await outbound.status(call) == .completed)
            try await outbound.until { Set(outbound.fake.told.map(\.call)).count == 2 }
            #expect(outbound.fake.told.contains { $0.call == callee })
            #expect(try await outbound.live(call).recording == .stopped)
        }
    }

    @Test(arguments: CarrierProvider.allCases)
    func `what is forged is refused and changes nothing`(_ provider: CarrierProvider) async throws {
        try await OutboundServer.with(provider, isSigned: true) { outbound in
            try await outbound.setUp()
            let (call, callee, told) = try await spoken(outbound)
            let before = try await rows(outbound, call)
            for hook in told {
                let signed = outbound.fake.signed(hook.target, hook.form)
                // Another form under the signature, another address, and none at all.
                #expect(try await outbound.tell(hook.target, form: hook.form + "&Extra=1", signed) == 403)
                #expect(
                    try await outbound.tell(
                        hook.target + (hook.target.contains("?") ? "&" : "?") + "x=1", form: hook.form, signed) == 403)
                let bare: HTTPHeaders = ["Content-Type": "application/x-www-form-urlencoded"]
                #expect(try await outbound.tell(hook.target, form: hook.form, bare) == 403)
            }
            let voice = "/hooks/calls/\(provider.rawValue)/\(outbound.fake.connection)/voice"
            let form = "CallSid=\(callee)&AnsweredBy=machine_start&From=%2B1415&To=%2B1415"
            let asked = try await outbound.server.send(
                .post, voice, as: .anonymous, headers: outbound.fake.signed(voice, form + "&x=1"),
                body: .bytes(Array(form.utf8)))
            #expect(asked.status == 403)
            try await ingest(outbound)
            #expect(try await rows(outbound, call) == before)
        }
    }

    @Test(arguments: CarrierProvider.allCases)
    func `a machine that is asked about three times hears the message each time and is one call`(
        _ provider: CarrierProvider
    ) async throws {
        try await OutboundServer.with(provider, isSigned: true) { outbound in
            try await outbound.setUp()
            let made = try await outbound.send(
                .post, "/api/v1/dialer/campaigns",
                #"{"name": "Spring", "purpose": "transactional", "machine_action": "leave_message", "machine_message": "Call us"}"#,
                as: .user(.admin))
            let campaign = try made.decoded(CallsAPI.Campaign.self).id
            _ = try await outbound.send(
                .post, "/api/v1/dialer/campaigns/\(campaign)/numbers", #"{"numbers": [{"number": "+12125550101"}]}"#,
                as: .user(.admin))
            _ = try await outbound.send(
                .patch, "/api/v1/dialer/campaigns/\(campaign)", #"{"state": "running"}"#, as: .user(.admin),
                ifMatch: "*")
            let started = try await outbound.send(
                .post, "/api/v1/dialer/sessions", #"{"campaign_id": "\#(campaign)"}"#)
            #expect(started.status == 201)
            _ = try await outbound.ask(try await outbound.placed(1))
            let callee = try await outbound.placed(2)
            for _ in 0..<3 {
                let text = try await outbound.ask(callee, "&AnsweredBy=machine_end_beep")
                #expect(text.contains(">Call us</Say>") && text.contains("<Hangup/>"))
            }
            for _ in 0..<3 { try await outbound.tell(callee, "completed") }
            let ended = try await outbound.texts(
                "SELECT type FROM outbox_events WHERE tenant_id = \(outbound.tenant) AND type = 'call.ended'")
            #expect(ended.count == 1)
        }
    }

    @Test(arguments: CarrierProvider.allCases)
    func `the agent's channel is known, and the agent's setting says whether the call is written down`(
        _ provider: CarrierProvider
    ) async throws {
        for isTranscribed in [true, false] {
            try await OutboundServer.with(provider, isSigned: true) { outbound in
                try await outbound.setUp(#", "auto_transcribe": \#(isTranscribed)"#)
                let (call, callee, told) = try await spoken(outbound)
                for hook in told { #expect(try await outbound.tell(hook.target, form: hook.form) == 204) }
                try await ingest(outbound)
                try await copy(outbound, call)
                let recording = try #require(
                    try await RecordingStore(database: outbound.server.database).find(of: call, in: outbound.tenant))
                // The customer's end is recorded: what comes from it is the first channel, what goes to it the second.
                #expect(outbound.fake.recordings.map(\.call) == [callee])
                #expect(outbound.fake.recordings.first?.form["RecordingChannels"] == "dual")
                #expect(recording.channels == 2 && recording.agentChannel == 1)
                let jobs = try await outbound.rows.value(
                    "SELECT count(*) FROM jobs WHERE tenant_id = \(outbound.tenant) AND kind = 'transcribe_call'",
                    as: Int.self)
                #expect(jobs == (isTranscribed ? 1 : 0))
            }
        }
    }

    /// Copies the recording as the queue's job would.
    private func copy(_ outbound: OutboundServer, _ call: CallID) async throws {
        let server = outbound.server
        let copies = RecordingCopy(
            database: server.database, blobs: server.blobs, probe: server.routes.probe, slots: ChildSlots(2),
            seat: outbound.fake.seat, knowledge: server.trust.knowledge, loop: server.loop,
            logger: Logger(service: "tests", level: .error))
        let runner = JobRunner(
            loop: server.loop, database: server.database, logger: Logger(service: "tests", level: .error),
            metrics: Metrics())
        runner.register(CopyRecordingJob.self, JobOptions(maxAttempts: 1)) { run, job in
            try await copies.run(run, job.callID)
        }
        runner.start()
        try await outbound.until {
            try await RecordingStore(database: server.database).find(of: call, in: outbound.tenant) != nil
        }
        await runner.stop(within: .seconds(10))
    }
}

/// What one run has left, for the next to compare with; used by one at a time.
private final class RowsBox: @unchecked Sendable {
    var rows: [String] = []
}
