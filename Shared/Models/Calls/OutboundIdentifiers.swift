package import FoundationEssentials
import JSON

/// The identifier of one end of a call.
package struct ParticipantID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a list of numbers that are called one after another.
package struct CampaignID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a number that waits to be called.
package struct DialEntryID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of an agent's turn at the dialer.
package struct DialSessionID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of the next attempt after an unanswered call.
package struct CallRetryID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a caller who is to be called back.
package struct MissedCallID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a lead, which sessions keeps.
package struct LeadID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}
