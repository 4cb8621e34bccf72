import Crypto
import Models

/// Under which name one person's figures are shown: the tenant's setting, applied in one place.
struct PeopleFigures: Sendable {
    let names: PerformanceNames
    let caller: UserID?
    let tenant: TenantID

    /// Whether figures of this one person may be asked for by name: one's own always.
    func mayName(_ person: UserID) -> Bool { names == .named || person == caller }

    /// Throws 403 unless figures of this person may be asked for.
    func check(_ person: UserID?) throws(Failure) {
        guard let person, !mayName(person) else { return }
        throw Failure(.forbidden, "The organisation does not show figures of one person.")
    }

    /// Throws 403 where people are not told apart at all.
    func checkApart() throws(Failure) {
        guard names == .team else { return }
        throw Failure(.forbidden, "The organisation shows figures of teams alone.")
    }

    /// What stands for a person, and whether it is one that links may name.
    func key(of person: UserID) -> (key: String, isNamed: Bool) {
        guard !mayName(person) else { return (person.description, true) }
        // The same for the same person at each look; nothing by which a stranger could find out who it is.
        let digest = SHA256.digest("\(tenant)|\(person)")
        return ("person-" + Hex.encode(Array(digest.prefix(5))), false)
    }
}
