import Clients
import JSON
import Jobs
import Models
import Postgres

/// Asks tenancy for what has changed about somebody, or about everybody of a tenant.
struct RefreshAgentsJob: Job {
    static let kind = "refresh_agents"
    static let options = JobOptions(maxAttempts: 12, concurrency: 2, perTenant: 1, timeout: .seconds(60))

    /// Nil for everybody.
    var userID: UserID?
}

/// Keeps what calls knows of people as tenancy has it.
struct AgentDirectory: Sendable {
    let database: Database
    let tenancy: ServiceClient

    func run(_ job: RefreshAgentsJob, in tenant: TenantID) async throws {
        let rows = database.tenant(tenant)
        let scope = ServiceClient.Scope(tenant: tenant)
        guard let userID = job.userID else {
            let found = try await tenancy.get("/internal/users", as: InternalAPI.People.self, scope: scope)
            for person in found.people { try await Self.keep(person, in: tenant, rows) }
            return
        }
        do {
            let person = try await tenancy.get(
                "/internal/users/\(userID)", as: InternalAPI.Person.self, scope: scope)
            try await Self.keep(person, in: tenant, rows)
        } catch let failure as Failure where failure.code == .notFound {
            try await AgentStore(tenant: tenant).remove(userID, rows)
        }
    }

    /// Writes a person down; a zone that the database does not know is UTC.
    static func keep(_ person: InternalAPI.Person, in tenant: TenantID, _ rows: TenantDatabase) async throws {
        var person = person
        do { try await TimeZoneStore.check(person.timeZone, rows) } catch is Failure { person.timeZone = .utc }
        try await AgentStore(tenant: tenant).put(person, rows)
    }
}

/// What tenancy tells of people who can be given calls.
enum AgentEvents {
    static func take(_ envelope: EventEnvelope, _ transaction: Transaction) async throws {
        let store = AgentStore(tenant: envelope.tenantID)
        switch envelope.type {
        case .userCreated, .userUpdated, .userReactivated:
            let event = try envelope.data.decode(TenancyAPI.UserEvent.self)
            // A change of the role or the status holds at once; the rest is asked for.
            if event.status != .active { try await store.deactivate(event.userID, transaction) }
            try await JobQueue(transaction).enqueue(RefreshAgentsJob(userID: event.userID), about: event.userID)
        case .userDeactivated:
            let event = try envelope.data.decode(TenancyAPI.UserEvent.self)
            try await store.deactivate(event.userID, transaction)
        case .userDeleted:
            let event = try envelope.data.decode(TenancyAPI.UserEvent.self)
            try await store.remove(event.userID, transaction)
        default: break
        }
    }
}
