/// The adapters by their names.
struct CallProviders: Sendable {
    /// One line for each phone system.
    static let all = CallProviders([
        GenericProvider(), RetellProvider(), VapiProvider(),
    ])

    private let byName: [String: any CallProvider]

    init(_ providers: [any CallProvider]) {
        byName = Dictionary(providers.map { ($0.name, $0) }) { first, _ in first }
    }

    subscript(_ name: String) -> (any CallProvider)? { byName[name] }

    var names: [String] { byName.keys.sorted() }
}
