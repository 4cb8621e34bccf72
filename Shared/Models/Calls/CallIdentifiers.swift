package import FoundationEssentials
import JSON

/// The identifier of what calls can come to.
package struct DispositionID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a word that a tenant puts on calls.
package struct TagID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a note or a comment on a call.
package struct RemarkID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a saved view of calls.
package struct CallViewID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a person's scorecard of a call.
package struct ScorecardID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a playlist of calls.
package struct PlaylistID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of one entry of a playlist.
package struct PlaylistItemID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a link by which a part of a call is shown to others.
package struct ShareID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of an action upon many calls.
package struct BulkActionID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of calls that were taken out as a file.
package struct CallExportID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a report that is mailed again and again.
package struct ReportScheduleID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a file of past calls that was brought in.
package struct CallImportID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a record of a phone system's that cannot be read.
package struct RejectedRecordID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}
