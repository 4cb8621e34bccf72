package import FoundationEssentials

/// The identifier of a record of consent.
package struct ConsentID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of an entry of a do-not-call list.
package struct DoNotCallID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a decision whether somebody may be contacted.
package struct ContactDecisionID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of an import of a do-not-call list.
package struct DoNotCallImportID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a choice of who gets a call.
package struct AssignmentID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}
