import Models
import Postgres

/// What the other services are told of a call, in the transaction that makes it true.
enum CallEvents {
    static func publish(_ type: EventType, of call: Call, in transaction: Transaction) async throws {}
}
