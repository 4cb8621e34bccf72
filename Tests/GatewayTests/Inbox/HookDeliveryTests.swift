import HTTP
import HTTPClient
import IO
import JSON
import Models
import Postgres
import Telemetry
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(20))) struct HookDeliveryTests {
    @Test func `a hook is answered while its service is down, and delivered once as it was sent`() async throws {
        try await InboxUnderTest.with { inbox async throws in
            inbox.work()
            let body = [UInt8]((0...255).map { UInt8($0) }) + [13, 10]
            let target = "/hooks/calls/retell/\(InboxUnderTest.connection)/events?b=%2F&a=1&a=2"
            let answer = try await inbox.send(
                .post, target,
                [
                    "X-Retell-Signature": "v=1,d=ab", "content-type": "application/json; charset=utf-8",
                    "Authorization": "Basic dXNlcjpwYXNz", "X-Twice": "1", "x-twice": "2",
                    "X-Switchboard-Tenant": "mine", "X-Switchboard-Hook-Id": "mine", "X-Forwarded-For": "203.0.113.9",
                ], body)
            #expect(answer.status == 202)
            #expect(try await inbox.count("waiting") == 1)
            try inbox.service.start()
            try await inbox.wait { try await inbox.count("delivered") == 1 }
            #expect(inbox.service.delivered.count == 1)
            let hook = try #require(inbox.service.delivered.first)
            #expect(hook.method == "POST")
            #expect(hook.target == target)
            #expect(hook.body == body)
            let names = hook.headers.map(\.name).filter { !$0.hasPrefix("X-Switchboard-") }
            #expect(
                names.prefix(6) == [
                    "X-Retell-Signature", "content-type", "Authorization", "X-Twice", "x-twice", "Host",
                ])
            #expect(hook.headers["authorization"] == "Basic dXNlcjpwYXNz")
            #expect(hook.headers.all(named: "x-twice") == ["1", "2"])
            #expect(hook.headers.all(named: "x-switchboard-gateway") == [InboxUnderTest.token])
            #expect(hook.headers.all(named: "x-switchboard-tenant") == [inbox.tenant.jsonText])
            #expect(hook.headers["x-switchboard-host"] == "acme.localhost:8080")
            #expect(hook.headers["x-switchboard-scheme"] == "http")
            #expect(hook.headers["x-switchboard-client-address"] == "127.0.0.1")
            #expect(hook.headers["x-forwarded-for"] == nil)
            #expect(hook.headers.all(named: "x-request-id") == [hook.id])
            #expect(answer.headers["x-request-id"] == hook.id)
            _ = try Timestamp(jsonText: hook.headers["x-switchboard-hook-received-at"] ?? "")
            // What it said is not kept any longer.
            #expect(try await inbox.payloads() == 0)
        }
    }

    @Test func `a hook whose worker died on the way is delivered again under the same id`() async throws {
        var settings = InboxUnderTest.quick
        settings.lease = .milliseconds(300)
        try await InboxUnderTest.with(settings) { inbox async throws in
            try inbox.service.start()
            try await inbox.tell("one")
            // A worker that has the hook taken by its service, and never says so.
            let lanes = try await inbox.store.claim(for: .calls, count: 4, running: [:])
            let lane = try #require(lanes.first)
            let hook = try #require(try await inbox.store.waiting(in: lane).first)
            let outcome = await inbox.sender.send(hook, try #require(hook.content), in: lane)
            #expect(outcome == .delivered)
            #expect(try await inbox.store.claim(for: .calls, count: 4, running: [:]).isEmpty)
            inbox.work()
            try await inbox.wait { try await inbox.count("delivered") == 1 }
            #expect(inbox.service.delivered.map(\.text) == ["one", "one"])
            #expect(Set(inbox.service.delivered.map(\.id)).count == 1)
            // Its late word changes nothing.
            let isOurs = try await inbox.store.settle(
                lane, [SettledHook(id: hook.id, state: .refused)], failed: nil, isEmpty: false, pause: .zero)
            #expect(!isOurs)
            #expect(try await inbox.count("delivered") == 1)
        }
    }

    @Test func `a failing hook holds back its own connection alone, which keeps its order`() async throws {
        try await InboxUnderTest.with { inbox async throws in
            let other = "0195d3f0-0000-7000-8000-000000000002"
            let isMended = Flag()
            inbox.service.answer = { hook in
                HTTPResponse(status: hook.text == "1" && !isMended.isSet ? 500 : 204)
            }
            try inbox.service.start()
            for number in 1...5 { try await inbox.tell("\(number)") }
            inbox.work()
            try await inbox.wait { inbox.service.delivered.filter { $0.text == "1" }.count > 2 }
            for number in 11...13 { try await inbox.tell("\(number)", connection: other) }
            try await inbox.wait { try await inbox.count("delivered") == 3 }
            #expect(inbox.service.delivered.filter { $0.text != "1" }.map(\.text) == ["11", "12", "13"])
            isMended.isSet = true
            try await inbox.wait { try await inbox.count("delivered") == 8 }
            let own = inbox.service.delivered.filter { $0.text.count == 1 }.map(\.text)
            #expect(Array(own.drop { $0 == "1" }) == ["2", "3", "4", "5"])
        }
    }

    @Test func `a service that is away loses no hook its turn, and gets all when it is back`() async throws {
        try await InboxUnderTest.with { inbox async throws in
            let isAway = Flag()
            isAway.isSet = true
            inbox.service.answer = { _ in
                HTTPResponse(status: isAway.isSet ? 503 : 204, headers: ["Retry-After": "1"])
            }
            try inbox.service.start()
            for number in 0..<30 {
                try await inbox.tell("\(number)", connection: "0195d3f0-0000-7000-8000-0000000000\(10 + number)")
            }
            let service = inbox.work()
            try await inbox.wait { inbox.service.delivered.count > 3 }
            #expect(String(decoding: service.status.bytes, as: UTF8.self).contains(#""away_since":"2"#))
            isAway.isSet = false
            try await inbox.wait { try await inbox.count("delivered") == 30 }
            // One asked now and then, and not thirty each time.
            #expect(inbox.service.delivered.count < 80)
            let attempts = try await inbox.database.value(
                "SELECT max(attempts)::bigint FROM inbox", as: Int.self)
            #expect(attempts == 1)
        }
    }

    @Test func `a hook that its service does not want is shown as refused and not tried again, until somebody says so`()
        async throws
    {
        try await InboxUnderTest.with { inbox async throws in
            let isMended = Flag()
            inbox.service.answer = { _ in
                guard !isMended.isSet else { return HTTPResponse(status: 204) }
                return DoorProblem.response(Failure(.invalidSignature), .make())
            }
            try inbox.service.start()
            inbox.work()
            try await inbox.tell("forged")
            try await inbox.wait { try await inbox.count("refused") == 1 }
            let shown = try #require(try await inbox.store.list("refused").first)
            #expect(shown.failure == "invalid_signature")
            #expect(shown.tenantID == inbox.tenant)
            #expect(shown.provider == "retell")
            #expect(inbox.service.delivered.count == 1)
            isMended.isSet = true
            #expect(try await inbox.store.retry(shown.id) == 1)
            try await inbox.wait { try await inbox.count("delivered") == 1 }
            #expect(try await inbox.store.retry(shown.id) == 0)
        }
    }

    @Test(arguments: [401, 408, 425, 429, 500, 502, 302])
    func `a hook is tried again after any answer that says nothing about itself`(status: Int) async throws {
        try await InboxUnderTest.with { inbox async throws in
            inbox.service.answer = { [unowned inbox] _ in
                HTTPResponse(status: inbox.service.delivered.count < 3 ? status : 200)
            }
            try inbox.service.start()
            inbox.work()
            try await inbox.tell("x")
            try await inbox.wait { try await inbox.count("delivered") == 1 }
            #expect(inbox.service.delivered.count == 3)
        }
    }

    @Test func `a suspended tenant's hooks wait`() async throws {
        try await InboxUnderTest.with { inbox async throws in
            let isOpen = Flag()
            inbox.service.answer = { _ in
                isOpen.isSet ? HTTPResponse(status: 204) : DoorProblem.response(Failure(.tenantSuspended), .make())
            }
            try inbox.service.start()
            inbox.work()
            #expect(try await inbox.tell("x") == 202)
            try await inbox.wait { inbox.service.delivered.count > 1 }
            #expect(try await inbox.count("waiting") == 1)
            isOpen.isSet = true
            try await inbox.wait { try await inbox.count("delivered") == 1 }
        }
    }

    @Test func `a hook that fails for too long is parked, and the next one goes on`() async throws {
        var settings = InboxUnderTest.quick
        settings.patience = .milliseconds(100)
        try await InboxUnderTest.with(settings) { inbox async throws in
            inbox.service.answer = { hook in HTTPResponse(status: hook.text == "poison" ? 500 : 204) }
            try inbox.service.start()
            try await inbox.tell("poison")
            try await inbox.tell("good")
            let service = inbox.work()
            try await inbox.wait { try await inbox.count("delivered") == 1 }
            #expect(try await inbox.count("parked") == 1)
            #expect(try await inbox.store.list("parked").first?.failure == "status_500")
            await service.lookAfter()
            let status = try service.status.decode([String: InboxStatus].self)
            let shown = try #require(status["calls"])
            #expect([shown.waiting, shown.deliveredLastMinute, shown.refused, shown.parked] == [0, 1, 0, 1])
            #expect(shown.oldestWaitingAt == nil)
            #expect(status["billing"]?.parked == 0)
            let metrics = String(decoding: inbox.metrics.render(), as: UTF8.self)
            #expect(metrics.contains(#"gateway_inbox_hooks{service="calls",state="parked"} 1"#))
            #expect(metrics.contains(#"gateway_inbox_hooks{service="calls",state="waiting"} 0"#))
            inbox.service.answer = { _ in HTTPResponse(status: 204) }
            #expect(try await inbox.store.retryAll("parked") == 1)
            try await inbox.wait { try await inbox.count("delivered") == 2 }
        }
    }

    @Test func `a service that takes its time delays nobody else's hooks, and no answer to a provider`() async throws {
        try await InboxUnderTest.with { inbox async throws in
            let gate = Flag()
            inbox.service.answer = { [unowned inbox] hook in
                if hook.text == "slow" { try await inbox.wait { gate.isSet } }
                return HTTPResponse(status: 204)
            }
            try inbox.service.start()
            inbox.work()
            try await inbox.tell("slow")
            try await inbox.wait { inbox.service.delivered.count == 1 }
            let other = "0195d3f0-0000-7000-8000-000000000002"
            #expect(try await inbox.tell("quick", connection: other) == 202)
            try await inbox.wait { try await inbox.count("delivered") == 1 }
            #expect(inbox.service.delivered.map(\.text) == ["slow", "quick"])
            gate.isSet = true
            try await inbox.wait { try await inbox.count("delivered") == 2 }
        }
    }

    @Test func `two gateways deliver each hook once`() async throws {
        try await InboxUnderTest.with { inbox async throws in
            try inbox.service.start()
            inbox.work()
            inbox.work()
            for number in 0..<100 {
                try await inbox.tell("\(number)", connection: "0195d3f0-0000-7000-8000-0000000000\(10 + number % 7)")
            }
            try await inbox.wait { try await inbox.count("delivered") == 100 }
            #expect(inbox.service.delivered.count == 100)
            #expect(Set(inbox.service.delivered.map(\.id)).count == 100)
            for lane in 0..<7 {
                let numbers = inbox.service.delivered.compactMap { Int($0.text) }.filter { $0 % 7 == lane }
                #expect(numbers == numbers.sorted())
            }
        }
    }
}

/// A switch that a test throws; confined to its loop.
final class Flag: @unchecked Sendable {
    var isSet = false
}
