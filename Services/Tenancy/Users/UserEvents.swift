import Events
import Models
import Postgres

/// What the other services are told of people.
enum UserEvents {
    /// Call it in the transaction of the fact.
    static func publish(
        _ type: EventType, _ user: User, heir: UserID? = nil, changed: [String]? = nil, in transaction: Transaction
    ) async throws {
        try await Outbox.publish(
            type, subject: "user/\(user.id)",
            data: TenancyAPI.UserEvent(
                userID: user.id, role: user.role, status: user.status, heirID: heir, changed: changed),
            in: transaction)
    }
}
