import Auth
import Models
import Postgres
import Web

/// The people of a tenant: found, looked at, changed, given roles.
struct UserRoutes: Sendable {
    let database: Database
    let mail: MailQueue

    enum Order: String, SortKey {
        case createdAt = "created_at"
        case name, email
        case lastSignInAt = "last_sign_in_at"

        static var standard: Sort<Order> { .descending(.createdAt) }
    }

    func list(
        _ context: RequestContext, _ query: Query<UserFilter>, _ paging: Paging<Order>
    ) async throws -> OK<Page<TenancyAPI.User>> {
        let filter = query.value
        if filter.deleted == true, !context.has(.usersWrite) {
            throw Failure(.forbidden, "The bin is for those who manage people.")
        }
        let store = UserListStore(rows: context.database(database))
        let order = UserOrder(
            key: UserOrder.Key(rawValue: paging.sort.key.rawValue) ?? .createdAt,
            isDescending: paging.sort.isDescending)
        let (found, total) = try await store.page(
            filter, context.peopleReach, order, after: try Self.position(paging), limit: paging.fetchLimit,
            offset: paging.offset, bound: 10_001, in: context.tenant)
        return OK(
            try paging.page(
                found, total: min(total, 10_000), totalIsExact: total <= 10_000,
                position: { Self.position(of: $0, order) }
            ) { try $0.user.wire() })
    }

    private static func position(_ paging: Paging<Order>) throws(Failure) -> UserListStore.Position? {
        guard let after = paging.after else { return nil }
        switch paging.sort.key {
        case .createdAt, .lastSignInAt:
            guard let at = after.timestamp else { throw Failure(.invalidCursor) }
            return .instant(at, after.id)
        case .name, .email:
            guard let text = after.text else { throw Failure(.invalidCursor) }
            return .text(text, after.id)
        }
    }

    private static func position(of row: UserListStore.Row, _ order: UserOrder) -> CursorPosition {
        let value: CursorPosition.Value =
            switch order.key {
            case .createdAt: .timestamp(row.user.createdAt)
            case .lastSignInAt: .timestamp(row.user.lastSignInAt ?? UserListStore.never)
            case .name: .text(row.name)
            case .email: .text(row.email)
            }
        return CursorPosition(value, row.user.id)
    }

    func get(_ context: RequestContext, _ path: PathID<UserID>) async throws -> OK<TenancyAPI.User> {
        let user = try await UserStore(rows: context.database(database)).find(path.id, in: context.tenant)
        guard let user, context.peopleReach.userID.map({ $0 == user.id }) ?? true else { throw Failure(.notFound) }
        return OK(try user.wire(), version: user.revision)
    }

    func update(
        _ context: RequestContext, _ path: PathID<UserID>, _ match: IfMatch, _ body: Body<TenancyAPI.UpdateUser>
    ) async throws -> OK<TenancyAPI.User> {
        let wanted = body.value
        let change = ProfileChange(
            name: wanted.name, phone: .init(wanted.phone), language: .init(wanted.language),
            timeZone: .init(wanted.timeZone), territory: wanted.territory, skills: wanted.skills,
            languages: wanted.languages)
        return try await UserEditRoutes(database: database).update(change, of: path.id, match, context)
    }

    /// Tokens of the role before are void within a second; the sessions go on with the other role.
    func setRole(
        _ context: RequestContext, _ path: PathID<UserID>, _ match: OptionalIfMatch, _ body: Body<TenancyAPI.SetRole>
    ) async throws -> OK<TenancyAPI.User> {
        guard Role.ofTenants.contains(body.value.role) else {
            throw Failure.invalid("/role", "not_allowed", "owner, admin or agent expected")
        }
        let rows = context.database(database)
        try await RecentSignIn.checkPerson(context, rows)
        let user = try await UserEditLifeStore(database: rows).setRole(
            body.value.role, of: path.id, revision: match.version, by: try context.caller,
            origin: try context.origin(), in: context.tenant)
        guard let user else { throw Failure(.notFound) }
        return OK(try user.wire(), version: user.revision)
    }

    func transferOwnership(
        _ context: RequestContext, _ path: PathID<UserID>, _ body: Body<TenancyAPI.TransferOwnership>
    ) async throws -> OK<TenancyAPI.User> {
        let role = body.value.role ?? .admin
        guard [.admin, .agent].contains(role) else {
            throw Failure.invalid("/role", "not_allowed", "admin or agent expected")
        }
        let rows = context.database(database)
        try await RecentSignIn.check(context, rows)
        let heir = try await UserEditLifeStore(database: rows).transferOwnership(
            to: path.id, from: try context.user.userID, becoming: role, mail: mail, origin: try context.origin(),
            in: context.tenant)
        guard let heir else { throw Failure(.notFound) }
        return OK(try heir.wire(), version: heir.revision)
    }
}

extension RequestContext {
    /// Which people the caller may see: agents themselves, unless the tenant shows everybody to them.
    var peopleReach: UserReach { UserReach(userID: has(.usersRead) ? nil : principal?.user?.userID) }
}

extension User {
    func wire() throws -> TenancyAPI.User {
        TenancyAPI.User(
            id: id, tenantID: tenantID, email: try EmailAddress(jsonText: email), emailVerifiedAt: emailVerifiedAt,
            name: name, role: role, status: status, phone: phone, language: language,
            timeZone: timeZone.map { TimeZoneName(unchecked: $0) }, territory: territory, skills: skills,
            languages: languages, createdAt: createdAt, updatedAt: updatedAt, lastSignInAt: lastSignInAt,
            deactivatedAt: deactivatedAt, deletedAt: deletedAt)
    }
}
