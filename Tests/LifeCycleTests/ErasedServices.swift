import Testing
import BlobStore
import IO
import LifeCycle
import Models
import Postgres

@testable import Billing
@testable import Calendar
@testable import Calls
@testable import Messaging
@testable import Sessions
@testable import Tenancy

/// A service with rows of tenants, as its part in erasing goes.
struct ErasedService: Sendable, CustomTestStringConvertible {
    let name: ServiceName
    let migrations: [Migration]
    let steps: @Sendable (Database, FileBlobStore) -> ErasureSteps

    var testDescription: String { name.rawValue }

    static let all = [
        ErasedService(name: .tenancy, migrations: Migration.tenancy) { ErasurePursuit.steps($1) },
        ErasedService(name: .calls, migrations: CallsMigrations.all) {
            CallErasureService(database: $0, blobs: $1).steps
        },
        ErasedService(name: .sessions, migrations: Migration.sessions) { _, _ in .none },
        ErasedService(name: .messaging, migrations: Migration.messaging) { _, _ in .ofMessaging },
        ErasedService(name: .calendar, migrations: Migration.calendar) { _, _ in .none },
        ErasedService(name: .billing, migrations: Migration.billing) { _, _ in .none },
    ]
}
