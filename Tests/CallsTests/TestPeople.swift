import Models
import Synchronization

@testable import Calls

/// People whom tests say that a tenant has, in place of tenancy.
final class TestPeople: Sendable {
    private let people = Mutex<[UserID: InternalAPI.Person]>([:])

    func add(_ id: UserID, _ role: Role) {
        do {
            let person = InternalAPI.Person(
                id: id, name: "Somebody", email: try EmailAddress(jsonText: "somebody@example.com"), phone: nil,
                role: role, status: .active, language: "en", timeZone: .utc, territory: [], skills: [], languages: [],
                notifications: [])
            people.withLock { $0[id] = person }
        } catch {
            preconditionFailure("the address is one")
        }
    }

    var directory: PeopleDirectory { PeopleDirectory { id, _ in self.people.withLock { $0[id] } } }
}
