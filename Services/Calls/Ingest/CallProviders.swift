/// The adapters by their names.
struct CallProviders: Sendable {
    /// One for each phone system of `ProviderTable`.
    static let all = CallProviders([
        GenericProvider(), RetellProvider(), VapiProvider(), TwilioProvider(), SignalWireProvider(),
        GrandstreamProvider(name: "grandstream_ucm"), GrandstreamProvider(name: "clouducm"),
        PBXFilesProvider(name: "threecx"), PBXFilesProvider(name: "asterisk"), PBXFilesProvider(name: "freepbx"),
    ])

    /// In the order in which they were named.
    let list: [any CallProvider]
    private let byName: [String: any CallProvider]

    init(_ providers: [any CallProvider]) {
        list = providers
        byName = Dictionary(providers.map { ($0.name, $0) }) { first, _ in first }
    }

    subscript(_ name: String) -> (any CallProvider)? { byName[name] }
}
