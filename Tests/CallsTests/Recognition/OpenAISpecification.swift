import TestSupport

/// The provider's own specification, against which the fake endpoint holds what it gets and what it gives.
struct OpenAISpecification: Sendable {
    static let shared: OpenAISpecification? =
        SchemaDocument(path: ProviderFolder.path + "/openai/openai.openapi.json").map(OpenAISpecification.init)

    private let document: SchemaDocument

    private init(_ document: SchemaDocument) { self.document = document }

    /// What is wrong with a value by the named schema; with `isStrict`, keys that it does not name are wrong too.
    func faults(_ value: Any, in schema: String, isStrict: Bool = false) -> [String] {
        document.faults(value, in: ["$ref": "#/components/schemas/\(schema)"], isStrict: isStrict)
    }
}
