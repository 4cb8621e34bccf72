package import FoundationEssentials

/// The identifier of a stretch of a recording that is silent.
package struct RedactionID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of somebody's listening to a recording.
package struct ListenID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of an upload that comes in parts.
package struct UploadID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a legal hold on a call.
package struct LegalHoldID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}
