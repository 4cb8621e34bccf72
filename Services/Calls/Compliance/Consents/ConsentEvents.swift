import JSON
import Models
import Postgres

/// What other services tell that changes whom a tenant may contact.
struct ConsentEvents: Sendable {
    let ledger: ConsentLedger

    /// A text that says STOP takes all consent to texts and calls of its number back; START gives that to texts again.
    func take(_ envelope: EventEnvelope, _ transaction: Transaction) async throws {
        guard envelope.type == .messageReceived else { return }
        let message = try envelope.data.decode(MessageReceived.self)
        guard let subject = ContactSubject(message.from, on: message.channel, country: "US") else { return }
        switch message.keyword {
        case .stop:
            let no = ConsentLedger.No(
                method: message.channel == .email ? .email : .sms, text: "STOP", isForNumber: false)
            _ = try await ledger.revoke(no, of: subject, in: transaction, envelope.tenantID)
        case .start where message.channel == .sms || message.channel == .whatsapp:
            let yes = CallsAPI.CreateConsent(
                address: subject.address, type: BuiltInConsent.tcpaSMS.rawValue, method: .sms,
                grantedAt: message.receivedAt, textShown: "START")
            _ = try await ledger.grant(yes, to: subject, by: nil, in: transaction, envelope.tenantID)
        default: break
        }
    }
}
