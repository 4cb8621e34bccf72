package import Models

/// Which page of a list is asked for: `limit`, `sort`, and either `page` or `cursor`.
///
/// `page` is for the first pages that a person clicks, at most 10,000 rows deep; `cursor` goes on from where a page
/// ended, however deep, and belongs to one sort and one set of filters.
package struct Paging<Key: SortKey>: RequestPart {
    package static var standardLimit: Int { 20 }
    package static var largestLimit: Int { 100 }
    package static var deepestRow: Int { 10_000 }

    package let limit: Int
    /// From 1; nil with a cursor.
    package let page: Int?
    package let sort: Sort<Key>
    /// The last row before the page, when there is a cursor.
    package let after: CursorPosition?
    private let digest: [UInt8]

    /// How many rows a store fetches: one more than it shows, to know whether there is another page.
    package var fetchLimit: Int { limit + 1 }

    /// How many rows a store skips; none with a cursor.
    package var offset: Int { page.map { ($0 - 1) * limit } ?? 0 }

    /// The page of up to `fetchLimit` rows.
    package func page<Row, Wire: Codable & Sendable>(
        _ rows: [Row], total: Int, totalIsExact: Bool, position: (Row) -> CursorPosition, _ wire: (Row) throws -> Wire
    ) rethrows -> Page<Wire> {
        let shown = rows.prefix(limit)
        let next = rows.count > limit ? shown.last.map { position($0).encoded(list: digest) } : nil
        return Page(
            data: try shown.map(wire), page: page, limit: limit, total: total, totalIsExact: totalIsExact,
            nextCursor: next)
    }

    package static func read(_ incoming: IncomingRequest) throws -> Paging {
        try parse(incoming).get()
    }

    package static func queryFaults(_ incoming: IncomingRequest) -> [FieldError] {
        guard case .failure(let faults) = parse(incoming) else { return [] }
        return faults.errors
    }

    package static func describe(_ operation: inout OperationDescription) {
        let sorts = Key.allCases.map(\.rawValue).joined(separator: ", ")
        operation.parameters += [
            .query("limit", Int.self, "Rows a page, 1 to \(largestLimit); \(standardLimit) when not given."),
            .query("page", Int.self, "From 1; page times limit is at most \(deepestRow). Not with cursor."),
            .query("cursor", String.self, "The `next_cursor` of the page before, with the same sort and filters."),
            .query(
                "sort", String.self,
                "One of \(sorts), with `-` before it for the largest first. \(Key.standard.text) when not given."),
        ]
        operation.codes += [.invalidQuery, .invalidCursor]
    }

    private static func parse(_ incoming: IncomingRequest) -> Result<Paging, Failure> {
        for name in ["limit", "page", "cursor", "sort"] { incoming.ask(for: name) }
        var faults: [FieldError] = []
        func fault(_ name: String, _ code: String, _ detail: String) {
            faults.append(FieldError(pointer: "query/\(name)", code: code, detail: detail))
        }
        func number(_ name: String, _ range: ClosedRange<Int>) -> Int? {
            let texts = incoming.query.values(name)
            guard let text = texts.first else { return nil }
            guard texts.count == 1, let number = Int(text), range.contains(number), text.first != "+" else {
                fault(
                    name, "out_of_range", "It must be a whole number from \(range.lowerBound) to \(range.upperBound).")
                return nil
            }
            return number
        }
        let limit = number("limit", 1...largestLimit) ?? standardLimit
        let page = number("page", 1...deepestRow)
        if let page, page * limit > deepestRow {
            fault(
                "page", "out_of_range", "page times limit must be at most \(deepestRow); use the cursor to go deeper.")
        }
        var sort = Key.standard
        if let text = incoming.query.values("sort").first {
            if let asked = Sort<Key>(text) {
                sort = asked
            } else {
                let names = Key.allCases.map(\.rawValue).joined(separator: ", ")
                fault("sort", "not_allowed", "It must be one of \(names), with - before it for the largest first.")
            }
        }
        let cursor = incoming.query.values("cursor").first
        if cursor != nil, page != nil { fault("page", "not_allowed", "It cannot be given together with cursor.") }
        guard faults.isEmpty else { return .failure(Failure(.invalidQuery, errors: faults)) }
        let digest = ListDigest.of(incoming, sort: sort.text)
        guard let cursor else {
            return .success(Paging(limit: limit, page: page ?? 1, sort: sort, after: nil, digest: digest))
        }
        guard let after = CursorPosition(cursor, list: digest) else {
            fault("cursor", "invalid_cursor", "It belongs to another sort or other filters.")
            return .failure(Failure(.invalidCursor, errors: faults))
        }
        return .success(Paging(limit: limit, page: nil, sort: sort, after: after, digest: digest))
    }
}
