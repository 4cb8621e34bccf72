import JSON
import Models
import Testing

@testable import Calls

struct CarrierCallbackTests {
    private func report(_ text: String) throws -> CallReport? {
        let form = try #require(FormFields(decoding: Array(text.replacing("\n", with: "").utf8)))
        return try CarrierCallback(form: form, receivedAt: Timestamp(seconds: 1_800_000_000)).report()
    }

    private func start(_ status: String, _ more: String = "") -> String {
        """
        CallSid=CA1&AccountSid=AC1&From=%2B15550100001&To=%2B15550100002&CallStatus=\(status)&Direction=outbound-api
        &Timestamp=Thu%2C+01+Jan+2026+12%3A00%3A00+%2B0000\(more)
        """
    }

    @Test(arguments: [
        ("queued", CallStatus.registered), ("initiated", .registered), ("ringing", .ringing),
        ("in-progress", .inProgress),
        ("completed", .completed), ("busy", .busy), ("failed", .failed), ("no-answer", .noAnswer),
        ("canceled", .cancelled),
    ])
    func `each state has its word, and its time is where it belongs`(_ word: String, _ status: CallStatus) throws {
        let found = try #require(try report(start(word)))
        let instant = Timestamp(seconds: 1_767_268_800)
        #expect(found.status == status && found.providerStatus == word && found.externalID == "CA1")
        #expect(found.direction == .outbound && found.from == "+15550100001" && found.to == "+15550100002")
        let isOver = ![.registered, .ringing, .inProgress].contains(status)
        #expect((found.endedAt == instant) == isOver)
        #expect((found.startedAt == instant) == [.registered, .ringing].contains(status))
        #expect((found.answeredAt == instant) == (status == .inProgress))
        #expect(found.reportedAt == instant)
    }

    @Test func `what comes in one second is told apart by its number`() throws {
        let (one, other) = (
            try report(start("ringing", "&SequenceNumber=1")), try report(start("busy", "&SequenceNumber=2"))
        )
        #expect(try #require(one).reportedAt < #require(other).reportedAt)
    }

    @Test func `a call that another one made is a leg of that one`() throws {
        let found = try #require(try report(start("completed", "&ParentCallSid=CA0&CallDuration=60")))
        #expect(found.externalID == "CA0" && found.status == .ringing && found.from == nil)
        let leg = try #require(found.legs.first)
        #expect(leg.id == "CA1" && leg.status == .completed && leg.to == "+15550100002")
        #expect(leg.startedAt == Timestamp(seconds: 1_767_268_740))
    }

    @Test func `a recording has its suffix, keeps its channels, and comes only once it is complete`() throws {
        func recording(_ more: String) throws -> RecordingReference? {
            try report("CallSid=CA1&RecordingSid=RE1&RecordingUrl=https%3A%2F%2Fapi.twilio.com%2Fx%2FRE1\(more)")?
                .recording
        }
        #expect(try recording("&RecordingStatus=in-progress") == nil && recording("&RecordingStatus=absent") == nil)
        #expect(try recording("&RecordingStatus=completed")?.locator == "https://api.twilio.com/x/RE1.wav")
        #expect(
            try recording("&RecordingStatus=completed&RecordingChannels=2")?.locator
                == "https://api.twilio.com/x/RE1.wav?RequestedChannels=2")
        let conference = try #require(
            try report(
                "ConferenceSid=CF1&RecordingSid=RE1&RecordingStatus=completed&RecordingUrl=https%3A%2F%2Fa%2Fb.mp3"))
        #expect(conference.linkedID == "CF1" && conference.recording?.locator == "https://a/b.mp3")
    }

    @Test func `a recording that was begun again is another file of the call, in the order of time`() throws {
        func recording(_ id: String, _ minute: Int, _ more: String = "&RecordingChannels=2") throws -> CallReport {
            try #require(
                try report(
                    """
                    CallSid=CA1&RecordingSid=\(id)&RecordingUrl=https%3A%2F%2Fapi.twilio.com%2F\(id)&RecordingStatus=completed
                    &RecordingStartTime=Thu%2C+01+Jan+2026+12%3A0\(minute)%3A00+%2B0000\(more)
                    """))
        }
        // The same recording is told of in two ways, whose addresses differ.
        let told = try [recording("RE2", 5), recording("RE1", 1), recording("RE1", 1, "")]
        for order in [told, told.reversed(), told + told] {
            var account = CallAccount()
            for one in order { account.take(one) }
            let files = account.recordingReferences
            #expect(files.map(\.id) == ["RE1", "RE2"])
            #expect(files.first?.startedAt == Timestamp(seconds: 1_767_268_860))
        }
    }

    @Test func `credentials are shown to the carrier alone`() throws {
        var found = CallReport(externalID: "CA1", reportedAt: .now())
        for (locator, kind) in [
            ("https://api.twilio.com/x.wav", RecordingReference.Kind.providerURL),
            ("https://api.twilio.com.evil.example/x.wav", .url), ("http://api.twilio.com/x.wav", .url),
        ] {
            found.recording = CarrierCallback.reference(locator, channels: nil)
            #expect(CarrierForm.secured(found, address: TwilioProvider.standardAddress).recording?.kind == kind)
        }
    }

    @Test func `a call out of the browser is an outbound one of the person who made it`() throws {
        let person = UserID.make()
        let found = try #require(
            try report("CallSid=CA1&CallStatus=ringing&Direction=inbound&From=client%3A\(person)&To=%2B15550100002"))
        #expect(found.direction == .outbound && found.agent?.userID == person)
    }

    @Test func `who joins and leaves a conference is a leg`() throws {
        let joined = try #require(
            try report(
                """
                CallSid=CA1&ConferenceSid=CF1&StatusCallbackEvent=participant-join
                &Timestamp=Thu%2C+01+Jan+2026+12%3A00%3A00+%2B0000
                """))
        #expect(joined.legs.map(\.id) == ["CF1/CA1"] && joined.legs[0].answeredAt != nil && joined.linkedID == "CF1")
        #expect(try report("ConferenceSid=CF1&StatusCallbackEvent=conference-end") == nil)
    }

    @Test func `a room that is left before it was joined ends no call, and the call's own end is its end`() throws {
        func event(_ word: String, _ sequence: Int) throws -> CallReport {
            try #require(
                try report(
                    "CallSid=CA1&ConferenceSid=CF1&StatusCallbackEvent=participant-\(word)&SequenceNumber=\(sequence)"))
        }
        // Without a time of the carrier's both come at the time of arrival, which is the same here.
        let events = [try event("join", 3), try event("leave", 7)]
        let ended = try #require(try report(start("completed")))
        for order in [events, events.reversed()] {
            var account = CallAccount()
            for event in order { account.take(event) }
            #expect(try account.derived(country: "US").status == .inProgress)
            #expect(account.orderedLegs.map(\.status) == [.completed])
            account.take(ended)
            #expect(try account.derived(country: "US").status == .completed)
        }
        var again = CallAccount()
        for event in [try event("leave", 7), ended, try event("join", 3)] { again.take(event) }
        #expect(try again.derived(country: "US").status == .completed)
    }

    @Test func `a leg that nobody took ends no call that runs`() throws {
        let parts = [
            try report(start("no-answer", "&ParentCallSid=CA0")),
            try report(start("in-progress").replacing("CA1", with: "CA0")),
        ].compactMap { $0 }
        for order in [parts, parts.reversed()] {
            var account = CallAccount()
            for part in order { account.take(part) }
            #expect(try account.derived(country: "US").status == .inProgress && !account.isOfParts)
        }
    }

    @Test func `messages and empty forms are none of our business`() throws {
        #expect(try report("MessageSid=SM1&CallSid=CA1&CallStatus=completed") == nil)
        #expect(try report("") == nil && report("CallSid=CA1") == nil)
    }

    @Test func `SignalWire's events in JSON are calls too`() throws {
        guard ProviderFolder.isThere else { return }
        let vectors = try ProviderFolder.json("signalwire/signature-vectors.json")["vectors"]?.elements ?? []
        let bodies = vectors.filter { $0["scheme"]?.text == "A" && $0["valid"]?.flag == true }.compactMap {
            $0["rawBody"]?.text
        }
        #expect(!bodies.isEmpty)
        for body in bodies {
            let found = try SignalWireCall.report(of: Array(body.utf8), receivedAt: .now())
            #expect(found?.externalID.isEmpty == false)
        }
        #expect(throws: ProviderError.self) { try SignalWireCall.report(of: [1], receivedAt: .now()) }
    }
}
