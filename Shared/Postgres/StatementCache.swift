/// Which statements one connection has prepared, under which names; the least recently used go first.
struct StatementCache {
    /// What must be sent before a statement can be executed.
    enum Lookup: Equatable {
        case prepared(name: String)
        /// `prepare` under the name, after the server has forgotten `evicted`.
        case absent(name: String, evicted: String?)
    }

    private struct Entry {
        var name: String
        var lastUse: UInt64
    }

    private let limit: Int
    private var entries: [StatementKey: Entry] = [:]
    private var uses: UInt64 = 0
    private var names: UInt64 = 0

    init(limit: Int) { self.limit = max(1, limit) }

    var count: Int { entries.count }

    /// Looks a statement up and takes it in when it is absent.
    mutating func use(_ key: StatementKey) -> Lookup {
        uses += 1
        if let index = entries.index(forKey: key) {
            entries.values[index].lastUse = uses
            return .prepared(name: entries.values[index].name)
        }
        let evicted = evictIfFull()
        names += 1
        let name = "s\(names)"
        entries[key] = Entry(name: name, lastUse: uses)
        return .absent(name: name, evicted: evicted)
    }

    /// Forgets a statement whose preparation failed or was skipped.
    mutating func remove(_ key: StatementKey) { entries[key] = nil }

    /// Forgets everything: the server has done so, or what it has no longer fits the tables.
    ///
    /// Names are not used again, so that a statement that the server still has does no harm.
    mutating func removeAll() { entries.removeAll(keepingCapacity: true) }

    /// A scan: it happens only when a connection meets more different statements than the limit.
    private mutating func evictIfFull() -> String? {
        guard entries.count >= limit, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else {
            return nil
        }
        entries[oldest.key] = nil
        return oldest.value.name
    }
}
