import Auth
import Models
import Web

extension RequestContext {
    /// Who asks and from where, for the audit log.
    func origin() throws -> Origin {
        let caller = try caller
        let actor: AuditEntry.Actor =
            switch caller {
            case .user(let user): .user(user.userID, impersonator: user.impersonator)
            case .apiKey(let key): .apiKey(key.keyID)
            case .service(let service): .service(service.name)
            case .visitor: .anonymous
            }
        return Origin(actor: actor, requestID: requestID.jsonText, address: clientAddress)
    }

    /// How long a session of the tenant may be idle.
    var sessionTimeout: Duration { .seconds(3600 * settings[Settings.sessionTimeoutHours]) }

    /// The origin of a request that nobody has signed.
    var anonymousOrigin: Origin { Origin(actor: .anonymous, requestID: requestID.jsonText, address: clientAddress) }
}

extension RowPage {
    /// The page that a request asks for.
    init<Key: SortKey>(_ paging: Paging<Key>) {
        let position = paging.after.flatMap { after in after.timestamp.map { (at: $0, id: after.id) } }
        self.init(
            after: position, isDescending: paging.sort.isDescending, limit: paging.fetchLimit, offset: paging.offset)
    }
}
