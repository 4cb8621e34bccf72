import Models

/// Whom an erasure or a person's export is about, as it lies encrypted until that is over.
struct ErasureTarget: Codable, Sendable {
    var phoneNumbers: [InternalAPI.ErasedNumber]
    var emails: [String]

    init(phoneNumbers: [InternalAPI.ErasedNumber], emails: [String]) {
        self.phoneNumbers = phoneNumbers
        self.emails = emails
    }

    func erasure(_ erasure: Erasure) -> InternalAPI.Erasure {
        InternalAPI.Erasure(
            id: erasure.id, kind: erasure.kind, tenantID: erasure.erasedTenant, phoneNumbers: phoneNumbers,
            emails: emails)
    }
}
