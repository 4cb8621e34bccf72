import Auth
import Models
import Postgres
import Web

/// Notices of the platform: made by super admins, read by everybody who is signed in.
struct NoticeRoutes: Sendable {
    private static let most = 50
    private static let longest = Duration.seconds(90 * 86_400)

    let database: Database

    /// Notices are the platform's rows and say nothing of any tenant.
    private var store: NoticeStore { NoticeStore(rows: database.tenant(.platform)) }

    func create(
        _ context: RequestContext, _ body: Body<TenancyAPI.CreateNotice>
    ) async throws -> Created<TenancyAPI.Notice> {
        let wanted = body.value
        guard wanted.endsAt > wanted.startsAt, wanted.endsAt - wanted.startsAt <= Self.longest,
            wanted.endsAt > .now()
        else { throw Failure.invalid("/ends_at", "out_of_range", "after its begin, to come, and 90 days at most") }
        guard try await store.count() < Self.most else { throw Failure(.conflict, "There are as many as may be.") }
        let (user, origin) = (try context.user.userID, try context.origin())
        let made = try await database.tenant(.platform).transaction { rows in
            let made = try await NoticeStore(rows: rows).create(wanted, by: user)
            try await AuditStore(rows: rows).append(origin.entry(.noticeMade, "notice/\(made.id)"), in: .platform)
            return made
        }
        return Created(made, at: "/api/v1/platform/settings/notices/\(made.id)")
    }

    func listAll(_ context: RequestContext) async throws -> OK<Page<TenancyAPI.Notice>> {
        try await list(onlyShown: false)
    }

    func list(_ context: RequestContext) async throws -> OK<Page<TenancyAPI.Notice>> {
        try await list(onlyShown: true)
    }

    func remove(_ context: RequestContext, _ path: PathID<NoticeID>) async throws -> NoContent {
        let origin = try context.origin()
        try await database.tenant(.platform).transaction { rows in
            guard try await NoticeStore(rows: rows).remove(path.id) else { throw Failure(.notFound) }
            try await AuditStore(rows: rows).append(origin.entry(.noticeRemoved, "notice/\(path.id)"), in: .platform)
        }
        return NoContent()
    }

    private func list(onlyShown: Bool) async throws -> OK<Page<TenancyAPI.Notice>> {
        let found = try await store.list(onlyShown: onlyShown, limit: Self.most)
        return OK(
            Page(
                data: found, page: 1, limit: Self.most, total: found.count, totalIsExact: true, nextCursor: nil))
    }
}
