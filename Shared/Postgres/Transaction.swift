package import Models

/// An open transaction on a connection of its own; valid until the closure that got it returns.
///
/// BEGIN and the tenant's setting travel with the first statement, so a transaction of one statement takes two round
/// trips. Statements run one after another: starting one while another runs is a programming error.
package final class Transaction: SQLExecutor, @unchecked Sendable {
    // Confined to the loop of its database, like the connection.
    private enum State {
        case fresh
        case open
        case ended
    }

    /// The tenant whose rows are seen, nil for none.
    package let tenant: TenantID?
    private let database: Database
    private let connection: PostgresConnection
    private let deadline: Duration
    private var state = State.fresh
    private var firstError: (any Error)?
    private var hooks: [() -> Void] = []

    init(database: Database, connection: PostgresConnection, tenant: TenantID?, deadline: Duration) {
        self.database = database
        self.connection = connection
        self.tenant = tenant
        self.deadline = deadline
    }

    package func batch(_ statements: [SQL]) async throws -> [PostgresResult] {
        precondition(state != .ended, "a transaction was used after its end")
        guard !statements.isEmpty else { return [] }
        guard !connection.isSpent else { throw firstError ?? PostgresError.unavailable("connection closed") }
        let opening = state == .fresh ? tenant.map { BatchOpening.beginTenant($0) } ?? .begin : .none
        state = .open
        do {
            return try await connection.run(opening, statements, deadline: limit)
        } catch {
            firstError = firstError ?? error
            throw error
        }
    }

    /// Runs a closure on the loop right after the commit; never when the transaction is rolled back.
    package func afterCommit(_ hook: @escaping () -> Void) { hooks.append(hook) }

    /// Tells the listeners of a channel after the commit.
    ///
    /// Not in the transaction itself: NOTIFY takes a lock that lets commits through one by one.
    package func notify(_ channel: String, _ payload: String = "") {
        afterCommit { [database] in database.notify(channel, payload) }
    }

    private var limit: UInt64 { database.pool.deadline(within: deadline) }

    func commit() async throws {
        defer { state = .ended }
        guard state == .open else { return }
        // A statement failed and the closure carried on: there is nothing left to commit.
        if connection.isSpent || connection.isInFailedTransaction {
            throw firstError ?? PostgresError.unavailable("connection closed")
        }
        let result = try await connection.runToEnd("COMMIT", deadline: limit)
        // The server's word for "there was nothing to commit any more".
        if result.first?.isRollback == true { throw firstError ?? PostgresError(.server, "rolled back") }
    }

    func rollBack() async {
        state = .ended
        guard !connection.isSpent, connection.isInTransaction else { return }
        do {
            _ = try await connection.runToEnd("ROLLBACK", deadline: limit)
        } catch {
            // The server rolls back what its session leaves behind.
            connection.close()
        }
    }

    func runHooks() {
        let hooks = self.hooks
        self.hooks = []
        for hook in hooks { hook() }
    }
}
