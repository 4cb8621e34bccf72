import HTTP
import IO
import JSON
import Models
import Telemetry
import TestSupport
import Web
import WebTestSupport

/// A small API for the tests of the framework itself.
enum Sample {
    struct Thing: Codable, Sendable, Hashable {
        var id: CallID
        var title: String
        var size: Int?
    }

    struct CreateThing: Codable, Sendable {
        var title: String
        var size: Int?
    }

    struct Filter: Codable, Sendable {
        var search: String?
        var minSize: Int?
        var plan: [Plan]?
        var createdAfter: Timestamp?
    }

    enum ThingSort: String, SortKey {
        case createdAt = "created_at"
        case title
        static var standard: Sort<ThingSort> { .descending(.createdAt) }
    }

    struct Routes: Sendable {
        func list(
            _ context: RequestContext, _ query: Query<Filter>, _ paging: Paging<ThingSort>
        ) async throws -> OK<Page<Thing>> {
            let all = (0..<50).map { (number: Int) in
                Thing(id: .make(), title: "thing \(number)", size: number)
            }
            let start = paging.after.flatMap { $0.int }.map { Int($0) + 1 } ?? paging.offset
            let rows = Array(all.dropFirst(start).prefix(paging.fetchLimit))
            return OK(
                paging.page(
                    rows, total: 50, totalIsExact: true,
                    position: { CursorPosition(.int(Int64($0.size ?? 0)), $0.id) }, { $0 }))
        }

        func get(_ context: RequestContext, _ path: PathID<CallID>) async throws -> OK<Thing> {
            OK(Thing(id: path.id, title: "found", size: nil), version: 7)
        }

        func create(_ context: RequestContext, _ body: Body<CreateThing>) async throws -> Created<Thing> {
            let thing = Thing(id: .make(), title: body.value.title, size: body.value.size)
            return Created(thing, at: "/api/v1/things/\(thing.id)", version: 1)
        }

        func update(
            _ context: RequestContext, _ path: PathID<CallID>, _ match: IfMatch, _ body: Body<CreateThing>
        ) async throws -> OK<Thing> {
            guard match.version == nil || match.version == 7 else { throw Failure(.preconditionFailed) }
            return OK(Thing(id: path.id, title: body.value.title, size: nil), version: 8)
        }

        func upload(_ context: RequestContext, _ path: PathID<CallID>, _ body: RawBody) async throws -> Accepted<Thing>
        {
            var count = 0
            while let piece = try await body.next() { count += piece.count }
            return Accepted(Thing(id: path.id, title: body.contentType, size: count))
        }

        func delete(_ context: RequestContext, _ path: PathID<CallID>) async throws -> NoContent { NoContent() }

        func fail(_ context: RequestContext) async throws -> NoContent { throw Broken() }

        func who(_ context: RequestContext) async throws -> OK<Thing> {
            OK(
                Thing(
                    id: .make(), title: "\(context.tenant) \(context.clientAddress) \(context.scheme) \(context.host)"))
        }
    }

    struct Broken: Error, CustomDebugStringConvertible {
        var debugDescription: String { "secret-of-the-operator" }
    }

    static var table: RouteTable {
        let routes = Routes()
        return RouteTable(
            .calls,
            [
                .get(
                    "/api/v1/things", "list_things", .permission(.callsReadAll, or: .callsReadOwn), "List", routes.list),
                .get("/api/v1/things/{id}", "get_thing", .signedIn, "Read", routes.get),
                .post("/api/v1/things", "create_thing", .permission(.callsWrite), "Create", routes.create),
                .patch("/api/v1/things/{id}", "update_thing", .permission(.callsWrite), "Change", routes.update),
                .put(
                    "/api/v1/things/{id}/content", "put_content", .permission(.recordingsWrite), "Fill", routes.upload,
                    .bodyLimit(100), .contentTypes(["audio/*"])),
                .delete(
                    "/api/v1/things/{id}", "delete_thing", .permission(.callsDelete), "Drop", routes.delete, .dangerous),
                .get("/api/v1/who", "get_who", .public, "Who", routes.who, .allowedWhenSuspended),
                .get("/api/v1/broken", "get_broken", .user, "Break", routes.fail),
                .get("/api/v1/platform/things", "list_all_things", .platform(.tenantsRead), "All", routes.who),
                .post("/api/v1/keys", "create_key", .user, "Key", routes.fail, .notWhileImpersonating),
            ])
    }

    static func application(
        _ loop: EventLoop, _ trust: TestTrust, log: LogCapture = LogCapture()
    ) throws -> WebApplication {
        WebApplication(
            loop: loop, logger: log.logger(), metrics: Metrics(), routes: table, trust: try trust.trust())
    }
}
