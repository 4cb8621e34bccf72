/// The names by which a list can be sorted, as they stand in `sort=`.
package protocol SortKey: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    /// How the list is sorted when nobody says.
    static var standard: Sort<Self> { get }
}

/// One name and a direction; the id breaks ties in the same direction.
package struct Sort<Key: SortKey>: Sendable, Hashable {
    package let key: Key
    package let isDescending: Bool

    private init(_ key: Key, isDescending: Bool) {
        self.key = key
        self.isDescending = isDescending
    }

    /// Smallest first, `sort=key`.
    package static func ascending(_ key: Key) -> Sort { Sort(key, isDescending: false) }

    /// Largest first, `sort=-key`.
    package static func descending(_ key: Key) -> Sort { Sort(key, isDescending: true) }

    /// Nil when the list does not offer it.
    init?(_ text: String) {
        let isDescending = text.hasPrefix("-")
        guard let key = Key(rawValue: isDescending ? String(text.dropFirst()) : text) else { return nil }
        self.init(key, isDescending: isDescending)
    }

    var text: String { isDescending ? "-\(key.rawValue)" : key.rawValue }
}
