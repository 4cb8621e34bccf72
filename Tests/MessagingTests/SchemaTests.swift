import Jobs
import Postgres
import Testing

@testable import Messaging

struct SchemaTests {
    @Test func `the queue is as the module that runs it wants it`() throws {
        let migration = try #require(Migration.messaging.first { $0.name == "0003_create_jobs" })
        let body = migration.sql.split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
            .map(String.init).joined(separator: "\n")
        #expect(body.split(separator: "\n") == JobsSchema.sql.split(separator: "\n"))
    }
}
