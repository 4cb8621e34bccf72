package import JSON

extension TenancyAPI {
    /// `POST /api/v1/domains`.
    package struct CreateDomain: Codable, Sendable, Noted {
        package var name: DomainName

        package static var notes: [Note] { [.of(CodingKeys.name, "The host that people will use.")] }
    }

    /// A domain of a tenant's own.
    package struct Domain: Codable, Sendable {
        package var id: DomainID
        package var name: String
        package var state: DomainState
        /// What the tenant puts into its zone, and leaves there.
        package var record: DomainRecord
        /// Where the domain's CNAME leads.
        package var target: String
        package var createdAt: Timestamp
        package var verifiedAt: Timestamp?
        package var checkedAt: Timestamp?
        package var fault: DomainFault?
        /// When a verified domain is lost unless its record comes back.
        package var lapsesAt: Timestamp?
        /// Null while the domain has no certificate of its own.
        package var certificateExpiresAt: Timestamp?

        package init(
            id: DomainID, name: String, state: DomainState, record: DomainRecord, target: String, createdAt: Timestamp,
            verifiedAt: Timestamp?, checkedAt: Timestamp?, fault: DomainFault?, lapsesAt: Timestamp?,
            certificateExpiresAt: Timestamp?
        ) {
            self.id = id
            self.name = name
            self.state = state
            self.record = record
            self.target = target
            self.createdAt = createdAt
            self.verifiedAt = verifiedAt
            self.checkedAt = checkedAt
            self.fault = fault
            self.lapsesAt = lapsesAt
            self.certificateExpiresAt = certificateExpiresAt
        }
    }

    /// A record of the DNS that shows whose domain it is.
    package struct DomainRecord: Codable, Sendable {
        package var type: String
        package var name: String
        package var value: String

        package init(type: String, name: String, value: String) {
            self.type = type
            self.name = name
            self.value = value
        }
    }
}
