import Crypto
import JSON
import Models

/// The entity tag of settings: the version of the level's own row, and what it inherits.
///
/// An answer shows inherited values too, so the tag of a reader changes with them, while a writer's needs to match the
/// row alone.
enum SettingsTag {
    private static let bits: Int64 = 20

    static func make(version: Int64, inherited: EffectiveSettings) throws -> Int64 {
        let values = Settings.all.map { inherited.resolve($0).value }
        let digest = SHA256.digest(try JSON.encode(values))
        let mark = digest.prefix(3).reduce(Int64(0)) { $0 << 8 | Int64($1) }
        return version << bits | mark & ((1 << bits) - 1)
    }

    /// The version of the row that a writer has seen.
    static func version(of tag: Int64?) -> Int64? { tag.map { $0 >> bits } }
}
