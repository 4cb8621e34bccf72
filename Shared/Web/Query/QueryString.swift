import Models

/// The parameters of a request's query, decoded and in order.
struct QueryString {
    static let mostParameters = 100

    let pairs: [(name: String, value: String)]

    init(_ raw: String?) throws(Failure) {
        guard let raw, !raw.isEmpty else {
            pairs = []
            return
        }
        var pairs: [(name: String, value: String)] = []
        for part in raw.utf8.split(separator: UInt8(ascii: "&")) {
            let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            let rest = equals == part.endIndex ? part[equals...] : part[part.index(after: equals)...]
            guard pairs.count < Self.mostParameters, let name = PercentCode.decode(part[..<equals], plusIsSpace: true),
                let value = PercentCode.decode(rest, plusIsSpace: true), !value.utf8.contains(0)
            else { throw Failure(.invalidQuery, "The query is malformed.") }
            pairs.append((name, value))
        }
        self.pairs = pairs
    }

    /// The distinct names, in order.
    var names: [String] {
        var seen: Set<String> = []
        return pairs.map(\.name).filter { seen.insert($0).inserted }
    }

    /// All values of a name, in order.
    func values(_ name: String) -> [String] {
        pairs.filter { $0.name == name }.map(\.value)
    }

    /// A name of the caller's as an answer may repeat it.
    static func shown(_ name: String) -> String {
        String(String.UnicodeScalarView(name.unicodeScalars.prefix(64).filter { $0.value >= 0x20 && $0.value != 0x7F }))
    }
}
