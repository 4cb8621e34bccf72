package import FoundationEssentials
import JSON

/// The identifier of a tenant.
package struct TenantID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a user.
package struct UserID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a change of many tenants.
package struct BulkID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a super admin's wish to act as a tenant's owner.
package struct SupportRequestID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a notice of the platform.
package struct NoticeID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of one sign-in of a user, the `sid` of its tokens.
package struct SessionID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of an API key.
package struct APIKeyID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a program's account.
package struct ServiceAccountID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a mail that the suite sends.
package struct MailID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a link that verifies an address.
package struct EmailTokenID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of an invitation.
package struct InvitationID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a super admin's leave to act as a tenant's user.
package struct ImpersonationID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a person's passkey, ours and not the authenticator's.
package struct PasskeyID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a company's request for an account.
package struct SetupRequestID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a domain that a tenant brings along.
package struct DomainID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of an erasure of a person or a tenant.
package struct ErasureID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of an archive of all that a tenant has.
package struct ExportID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a tenant's connection to a provider.
package struct ConnectionID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a call.
package struct CallID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a recording.
package struct RecordingID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a transcript.
package struct TranscriptID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of an analysis.
package struct AnalysisID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of an event between services.
package struct EventID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a provider's hook in the gateway's inbox; the same at each delivery.
package struct HookID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a job.
package struct JobID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a row of the audit log.
package struct AuditID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a request, shown as `X-Request-ID`.
package struct RequestID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

extension TenantID {
    /// The platform itself, whose users are the super admins.
    package static let platform = TenantID(UUID(high: 0x0000_0000_0000_7000, low: 0x8000_0000_0000_0000))
}
