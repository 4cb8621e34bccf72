import Models
import TestSupport
import Testing

@testable import Gateway

@Suite struct RouteTableTests {
    /// Service, and what follows `/api/v1/` for it.
    private static let prefixes = """
        tenancy    auth users invitations api-keys service-accounts settings connections audit onboarding setup-requests
        calls      calls recordings dialer consent analytics lines
        sessions   widgets sessions sales-people leads customers deals activities
        messaging  chat video mail templates sequences notifications webhooks events social realtime
        calendar   appointments availability booking
        billing    plans subscriptions invoices usage
        tenancy    platform/tenants platform/settings platform/signing-keys platform/audit platform/setup-requests
        calls      platform/queues platform/costs platform/do-not-call
        billing    platform/plans platform/revenue
        """

    private static var rows: [(service: ServiceName, prefix: Substring)] {
        prefixes.split(separator: "\n").flatMap { line in
            let words = line.split(separator: " ")
            return words.dropFirst().compactMap { word in
                ServiceName(rawValue: String(words[0])).map { ($0, word) }
            }
        }
    }

    private func route(_ path: String) throws -> DoorRoute? {
        RouteTable.route(for: try #require(NormalisedPath(path)))
    }

    private func service(_ path: String) throws -> ServiceName? { try route(path)?.service }

    @Test func `every row of the table can be read`() {
        #expect(RouteTable.rows.count == RouteTable.lineCount)
    }

    @Test func `the most specific row counts`() throws {
        let recording = try #require(try route("/api/v1/calls/x/recording"))
        #expect(recording.kind == .transfer)
        #expect(recording.bodyLimit == 2 << 30)
        let call = try #require(try route("/api/v1/calls/x"))
        #expect(call.kind == .api)
        #expect(call.bodyLimit == 1 << 20)
    }

    @Test(arguments: [ServiceName.tenancy, .calls])
    func `what a service says it has can be reached`(service: ServiceName) throws {
        let folder = #filePath.split(separator: "/").dropLast(4).reduce(into: "") { $0 += "/\($1)" }
        let document = try #require(SchemaDocument(path: "\(folder)/docs/openapi/\(service.rawValue).json"))
        let paths = try #require(document.root["paths"] as? [String: Any])
        #expect(paths.count > 50)
        for path in paths.keys where path.hasPrefix("/api/") {
            let asked = path.replacing("{", with: "").replacing("}", with: "")
            #expect(try self.service(asked) == service, "\(path)")
        }
    }

    @Test func `each first segment goes to its service, with and without more behind it`() throws {
        #expect(Self.rows.count == 50)
        for row in Self.rows {
            for rest in ["", "/", "/x", "/x/y/z", "/%20"] {
                #expect(try service("/api/v1/\(row.prefix)\(rest)") == row.service, "\(row.prefix)\(rest)")
            }
        }
    }

    @Test(arguments: [
        "/", "/api", "/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v1/Calls", "/API/v1/calls", "/api/V1/calls",
        "/api/v2/calls", "/v1/calls", "/calls", "/api/calls", "/api/v1/callss", "/api/v1/call",
        "/api/v1/platform", "/api/v1/platform/", "/api/v1/platform/nothing", "/api/v1/platform/calls",
        "/.well-known", "/.well-known/jwks.json/x", "/.well-known/security.txt", "/jwks.json",
        "/metrics", "/status", "/favicon.ico", "/index.html",
    ])
    func `a path that no service has goes nowhere`(path: String) throws {
        #expect(try service(path) == nil)
    }

    @Test(arguments: [
        "/internal", "/internal/", "/internal/changes", "/internal/service-tokens", "/internal/api-keys/exchange",
        "/internal/events", "/internal/connections/x", "/internal/tenants/x/entitlements", "/INTERNAL/changes",
        "/%69nternal/changes", "/api/internal/changes", "/api/v1/internal/changes", "/api/v1/internal",
        "/hooks/internal/x/y", "/hooks/gateway/x/y", "/.well-known/internal",
    ])
    func `nothing that comes in reaches an internal route`(path: String) throws {
        #expect(try service(path) == nil)
    }

    @Test func `a hook goes to the service that it names`() throws {
        for name in ServiceName.services {
            #expect(try service("/hooks/\(name.rawValue)/twilio/0198c0de") == name)
        }
        #expect(try service("/hooks/calls/twilio") == nil)
        #expect(try service("/hooks/nobody/twilio/0198c0de") == nil)
    }

    @Test func `the keys of tokens are tenancy's`() throws {
        #expect(try service("/.well-known/jwks.json") == .tenancy)
    }
}
