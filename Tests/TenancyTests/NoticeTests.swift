import HTTP
import JSON
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Tenancy

@Suite(.timeLimit(.minutes(20))) struct NoticeTests {
    private func notice(_ message: String, in hours: Int64, for length: Int64 = 1) -> JSONValue {
        let start = Timestamp.now() + .seconds(hours * 3600)
        return [
            "message": .string(message), "severity": "warning", "starts_at": .string(start.jsonText),
            "ends_at": .string((start + .seconds(length * 3600)).jsonText),
        ]
    }

    @Test func `everybody is told of maintenance from a day before until it is over`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            let path = "/api/v1/platform/settings/notices"
            func make(_ body: JSONValue) async throws -> HTTPResponse {
                try await world.send(.post, path, as: .user(.superAdmin), in: .platform, json: body)
            }
            let soon: TenancyAPI.Notice = try await make(notice("soon", in: 20)).decoded()
            #expect(try await make(notice("later", in: 40)).status == 201)
            #expect(try await make(notice("now", in: -1, for: 2)).status == 201)
            #expect(try await make(notice("over", in: -5, for: 2)).status == 422)
            #expect(try await make(notice("backwards", in: 5, for: -1)).status == 422)
            #expect(try await make(notice("for ever", in: 1, for: 24 * 91)).status == 422)
            func read(_ caller: TestCaller) async throws -> [String] {
                let page: Page<TenancyAPI.Notice> = try await world.send(
                    .get, "/api/v1/settings/notices", as: caller
                ).decoded()
                return page.data.map(\.message)
            }
            for caller: TestCaller in [.user(.owner), .user(.agent), .apiKey([.callsRead])] {
                #expect(try await read(caller) == ["now", "soon"])
            }
            #expect(try await world.send(.get, "/api/v1/settings/notices", as: .anonymous).status == 401)
            #expect(try await world.send(.post, path, as: .user(.owner), json: notice("x", in: 1)).status == 404)
            let gone = try await world.send(
                .delete, "\(path)/\(soon.id)", as: .user(.superAdmin), in: .platform)
            #expect(gone.status == 204)
            #expect(try await read(.user(.agent)) == ["now"])
            let all: Page<TenancyAPI.Notice> = try await world.send(
                .get, path, as: .user(.superAdmin), in: .platform
            ).decoded()
            #expect(all.data.map(\.message) == ["now", "later"])
            #expect(try await world.audited(.noticeMade, in: .platform) == 3)
        }
    }
}
