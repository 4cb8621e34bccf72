import Crypto
import JSON
import Models

/// Seals what letters say until they are sent.
struct MailSeal: Sendable {
    let secrets: SecretBox

    func seal(_ mail: InternalAPI.Mail, of tenant: TenantID) throws -> [UInt8] {
        try secrets.seal(try JSON.encode(mail), at: Self.place(mail.id, tenant))
    }

    func open(_ sealed: [UInt8], _ id: MailID, of tenant: TenantID) throws -> InternalAPI.Mail {
        // A release before or after this one may know other fields.
        try JSON.decode(
            InternalAPI.Mail.self, from: try secrets.open(sealed, at: Self.place(id, tenant)), unknownKeys: .ignore)
    }

    private static func place(_ id: MailID, _ tenant: TenantID) -> SecretPlace {
        SecretPlace(tenant: tenant.description, table: "mail_contents", column: "sealed", row: id.description)
    }
}
