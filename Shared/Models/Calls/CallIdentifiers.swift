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
