import HTTP
import HTTPClient
import IO
import Models
import Telemetry
import TestSupport
import Testing

@testable import Calls

@Suite(
    .enabled(if: CarrierSpecification.twilio != nil && CarrierSpecification.signalwire != nil),
    .timeLimit(.minutes(10))) struct CarrierTests
{
    private func with(
        _ provider: CarrierProvider, _ body: @escaping @Sendable (FakeCarrier) async throws -> Void
    ) async throws {
        try await withLoop { loop in
            let fake = try FakeCarrier(loop, provider)
            let result: Result<Void, any Error>
            do { result = .success(try await body(fake)) } catch { result = .failure(error) }
            await fake.stop()
            try result.get()
        }
    }

    private static let order = CarrierOrder(
        to: "+14155550123", from: "+14155550100", url: "https://acme.example.com/voice?leg=1&x=a b",
        statusURL: "https://acme.example.com/leg?leg=1", ringSeconds: 20, machines: .messageEnd)

    @Test(arguments: CarrierProvider.allCases)
    func `a call is placed, steered, recorded and ended as the specification asks`(
        _ provider: CarrierProvider
    ) async throws {
        try await with(provider) { fake in
            let carrier = fake.carrier
            let call = try await carrier.place(Self.order)
            #expect(call.id == fake.placed.first?.id)
            #expect(fake.placed[0].form["Url"] == Self.order.url)
            #expect(fake.placed[0].form["MachineDetection"] == "DetectMessageEnd")
            try await carrier.redirect(call.id, to: "https://acme.example.com/voice?leg=1&step=join")
            try await carrier.hangUp(call.id, isRinging: false)
            try await carrier.hangUp(call.id, isRinging: true)
            #expect(fake.told.map { $0.form["Status"] } == [nil, "completed", "canceled"])
            let recording = try await carrier.startRecording(of: call.id, callback: "https://acme.example.com/rec")
            try await carrier.setRecording(recording, of: call.id, to: .paused)
            try await carrier.setRecording(recording, of: call.id, to: .inProgress)
            #expect(fake.recordings.map { $0.form["PauseBehavior"] } == [nil, "silence", nil])
            let fetched = try await carrier.call(call.id)
            #expect(fetched.status == .queued && fetched.createdAt != nil && !fetched.hasParent)
            let found = try await carrier.calls(
                to: Self.order.to, from: Self.order.from, since: .now() - .seconds(60))
            #expect(found.map(\.id) == [call.id])
        }
    }

    @Test(arguments: CarrierProvider.allCases)
    func `the account says that it is there and which numbers it has`(_ provider: CarrierProvider) async throws {
        try await with(provider) { fake in
            let check = try await fake.carrier.check()
            #expect(check.isActive)
            let numbers = try await fake.carrier.numbers()
            #expect(numbers.map(\.number) == fake.numbers)
        }
    }

    @Test(arguments: CarrierProvider.allCases)
    func `a refusal says that nothing was done, and a lost answer that nobody knows`(
        _ provider: CarrierProvider
    ) async throws {
        try await with(provider) { fake in
            func failure(_ fault: FakeCarrier.Fault) async -> CarrierError? {
                fake.faults = [fault]
                do {
                    _ = try await fake.carrier.place(Self.order)
                    return nil
                } catch { return error as? CarrierError }
            }
            let limited = await failure(.refused(status: 429, code: 20429, ["Retry-After": "7"]))
            #expect(limited?.code == "carrier_rate_limited" && limited?.outcome == .nothing)
            #expect(limited?.retryAfter == .seconds(7) && limited?.isRetryable == true)
            let invalid = await failure(.refused(status: 400, code: 21211))
            #expect(invalid?.code == "number_refused" && invalid?.isRetryable == false)
            let broken = await failure(.refused(status: 500, code: 20500))
            #expect(broken?.outcome == .unknown)
            #expect(fake.placed.isEmpty)
            let lost = await failure(.lostAnswer)
            #expect(lost?.outcome == .unknown && lost?.isRetryable == true)
            // One request was one call: nothing was sent again by itself.
            #expect(fake.placed.count == 1)
        }
    }

    @Test func `a browser's token is the one that the carrier's own library makes`() throws {
        let vector = try #require(CarrierSpecification.json("twilio/access-token.json"))
        let claims = try #require(vector["claims"] as? [String: Any])
        let jwt = try #require(vector["jwt"] as? String)
        let token = TwilioVoiceToken(
            accountID: try #require(claims["sub"] as? String), keyID: try #require(claims["iss"] as? String),
            applicationID: "AP0123456789abcdef0123456789abcdef", identity: "agent-42")
        // The vector's times are not of one clock, so it is its signature and its shape that are compared.
        let made = try token.signed(
            with: Secret(try #require(vector["apiKeySecret"] as? String)), lifetime: .seconds(3_600),
            now: Timestamp(seconds: 1_795_208_602))
        let (ours, theirs) = (made.token.split(separator: "."), jwt.split(separator: "."))
        #expect(ours[0] == theirs[0])
        #expect(ours[1].count == theirs[1].count)
        #expect(made.expiresAt == Timestamp(seconds: 1_795_212_202))
    }

    @Test func `a browser's token of the other carrier is asked for there`() async throws {
        try await with(.signalwire) { fake in
            let token = try await fake.carrier.browserToken(
                identity: "agent", lifetime: .seconds(600), now: .now())
            #expect(token.token == "eyJ.token.of-subscriber")
            #expect(fake.requests == ["POST /api/fabric/subscribers/tokens"])
        }
    }

    @Test func `markup keeps what people have written out of its tags`() {
        let text = VoiceMarkup.response([
            .say(Spoken(words: "Tom & <Jerry>\u{0} \"x\"", language: "en-US")), .redirect("https://a/?b=1&c='2'"),
            .hangUp,
        ])
        #expect(
            text == """
                <?xml version="1.0" encoding="UTF-8"?>
                <Response><Say language="en-US">Tom &amp; &lt;Jerry&gt; &quot;x&quot;</Say>\
                <Redirect method="POST">https://a/?b=1&amp;c=&#39;2&#39;</Redirect><Hangup/></Response>

                """)
    }
}
