package import FoundationEssentials

/// The identifier of what calls can come to.
package struct DispositionID: EntityID {
    package let uuid: UUID

    package init(_ uuid: UUID) { self.uuid = uuid }
}
