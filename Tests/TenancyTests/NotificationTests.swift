import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Tenancy

struct NotificationTests {
    private static let path = "/api/v1/users/me/notification-preferences"

    private func channels(
        _ preferences: TenancyAPI.NotificationPreferences, _ event: NotificationEvent
    ) -> TenancyAPI.NotificationPreferences.Preference? { preferences.events.first { $0.event == event } }

    private func ask(_ world: TenancyWorld, of id: UserID) async throws -> InternalAPI.Person {
        let answer = await world.internal(
            try world.trust.request(.get, "/internal/users/\(id)", as: .service(.messaging)))
        #expect(answer.status == 200, "\(answer.text)")
        return try answer.decoded()
    }

    @Test func `every event has standard ways, and a person's own take their place`() async throws {
        try await withTenancy { world in
            let ada = try await world.makeUser("ada@acme.example")
            let caller = TestCaller.person(ada.id, .agent)
            let standard: TenancyAPI.NotificationPreferences = try await world.decoded(.get, Self.path, as: caller)
            #expect(standard.events.map(\.event) == NotificationEvent.allCases)
            #expect(standard.events.allSatisfy { $0.isStandard && $0.channels == $0.event.standardChannels })
            let set = try await world.send(
                .put, Self.path, as: caller,
                json: [
                    "events": [
                        ["event": "call.missed", "channels": ["in_app", "email", "email"]],
                        ["event": "chat.message", "channels": []],
                    ]
                ])
            #expect(set.status == 200, "\(set.text)")
            let now: TenancyAPI.NotificationPreferences = try await world.decoded(.get, Self.path, as: caller)
            #expect(channels(now, .callMissed)?.channels == [.email, .inApp])
            #expect(channels(now, .callMissed)?.isStandard == false)
            #expect(channels(now, .chatMessage)?.channels == [])
            #expect(channels(now, .leadAssigned)?.isStandard == true)
            #expect(try await world.lastTold("user/\(ada.id)").changed == ["notifications"])
            #expect(try await world.audited(.notificationsSet) == 1)
            // The same once more is no change; nothing named is the standard again.
            let body: JSONValue = ["events": []]
            for _ in 0..<2 {
                #expect(try await world.send(.put, Self.path, as: caller, json: body).status == 200)
            }
            #expect(try await world.audited(.notificationsSet) == 2)
        }
    }

    @Test func `what cannot be is named: unknown words, an event twice, a way that needs a phone`() async throws {
        try await withTenancy { world in
            let ada = try await world.makeUser("ada@acme.example")
            let caller = TestCaller.person(ada.id, .agent)
            let unknown = try await world.send(
                .put, Self.path, as: caller,
                json: ["events": [["event": "moon.full", "channels": ["pigeon"]]]])
            #expect(
                try unknown.problem().errors.map(\.pointer).sorted() == ["/events/0/channels/0", "/events/0/event"])
            let wrong = try await world.send(
                .put, Self.path, as: caller,
                json: [
                    "events": [
                        ["event": "call.missed", "channels": ["whatsapp"]],
                        ["event": "call.missed", "channels": ["email"]],
                    ]
                ])
            #expect(wrong.status == 422)
            #expect(
                try wrong.problem().errors.map { "\($0.pointer) \($0.code)" }
                    == ["/events/0/channels phone_required", "/events/1/event duplicate"])
        }
    }

    @Test func `services read the ways that reach a person, in their language and zone`() async throws {
        try await withTenancy { world in
            let ada = try await world.makeUser("ada@acme.example")
            let caller = TestCaller.person(ada.id, .agent)
            func profile(_ body: JSONValue) async throws {
                let answer = try await world.send(
                    .patch, "/api/v1/users/me", as: caller, headers: ["If-Match": "*"], json: body)
                #expect(answer.status == 200)
            }
            try await profile(["phone": "+14155552671"])
            let body: JSONValue = ["events": [["event": "call.missed", "channels": ["whatsapp", "sms", "email"]]]]
            #expect(try await world.send(.put, Self.path, as: caller, json: body).status == 200)
            func missed() async throws -> [NotificationChannel]? {
                try await ask(world, of: ada.id).notifications.first { $0.event == .callMissed }?.channels
            }
            #expect(try await missed() == [.email, .whatsapp, .sms])
            var person = try await ask(world, of: ada.id)
            #expect(person.phone == "+14155552671" && person.language == "en" && person.timeZone.name == "UTC")
            try await profile(["phone": nil, "language": "th", "time_zone": "Asia/Bangkok"])
            #expect(try await missed() == [.email])
            person = try await ask(world, of: ada.id)
            #expect(person.language == "th" && person.timeZone.name == "Asia/Bangkok")
            let absent = await world.internal(
                try world.trust.request(.get, "/internal/users/\(ada.id)", as: .service(.messaging), in: world.other))
            #expect(absent.status == 404)
        }
    }

    @Test func `services find active people for work by ZIP code, skill and language`() async throws {
        try await withTenancy { world in
            let ada = try await world.makeUser("ada@acme.example")
            let bob = try await world.makeUser("bob@acme.example")
            try await world.makeUser("boss@acme.example", .owner)
            for (id, zips) in [(ada.id, ["902*"]), (bob.id, ["90210", "10001"])] {
                let answer = try await world.send(
                    .patch, "/api/v1/users/\(id)", as: .user(.admin), headers: ["If-Match": "*"],
                    json: ["territory": .array(zips.map { .string($0) }), "skills": ["Solar"]])
                #expect(answer.status == 200)
            }
            func find(_ query: String) async throws -> [UserID] {
                let answer = await world.internal(
                    try world.trust.request(.get, "/internal/users\(query)", as: .service(.calls)))
                return try answer.decoded(InternalAPI.People.self).people.map(\.id)
            }
            #expect(try await find("?zip=90210&role=agent") == [ada.id, bob.id])
            #expect(try await find("?zip=10001") == [bob.id])
            #expect(try await find("?skill=solar&zip=90299") == [ada.id])
            #expect(try await find("?role=owner").count == 1)
            let gone = try await world.send(
                .post, "/api/v1/users/\(ada.id)/deactivate", as: try await world.proven(.user(.owner)), json: [:])
            #expect(gone.status == 200)
            #expect(try await find("?zip=90210") == [bob.id])
            // Past work still names them.
            #expect(try await ask(world, of: ada.id).status == .deactivated)
        }
    }

    @Test func `an admin sets how others are told, an owner's alone by owners`() async throws {
        try await withTenancy { world in
            let ada = try await world.makeUser("ada@acme.example")
            let boss = try await world.makeUser("boss@acme.example", .owner)
            func path(_ user: User) -> String { "/api/v1/users/\(user.id)/notification-preferences" }
            let body: JSONValue = ["events": [["event": "call.missed", "channels": ["email"]]]]
            #expect(try await world.send(.put, path(ada), as: .user(.admin), json: body).status == 200)
            #expect(try await world.send(.get, path(ada), as: .apiKey([.usersWrite])).status == 200)
            #expect(try await world.send(.put, path(boss), as: .user(.admin), json: body).status == 403)
            #expect(try await world.send(.put, path(ada), as: .user(.agent), json: body).status == 403)
            #expect(try await world.send(.get, path(ada), as: .user(.agent)).status == 403)
            #expect(try await world.send(.get, path(ada), as: .user(.owner), in: world.other).status == 404)
        }
    }
}
