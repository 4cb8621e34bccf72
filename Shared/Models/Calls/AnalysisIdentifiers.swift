package import FoundationEssentials
import JSON

/// The identifier of a rubric by which the quality of calls is judged.
package struct RubricID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a tracker of words in calls.
package struct TrackerID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of a contest of a score.
package struct ContestID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// The identifier of what an engine used for one stage of a call.
package struct UsageID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}
