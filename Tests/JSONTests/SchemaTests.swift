import FoundationEssentials
import JSON
import Testing

private enum Word: String, Codable, CaseIterable { case one, two }

private struct Leaf: Codable {
    var id: UUID
    var word: Word
}

private struct Tree: Codable, Noted {
    var title: String
    var leaves: [Leaf]
    var children: [Tree]
    var patch: Patch<Leaf>
    var weights: [String: Double]
    var note: String?
    var any: JSONText

    static var notes: [Note] { [.of(CodingKeys.title, "What it is called.", length: 1...80)] }
}

@Suite struct SchemaTests {
    @Test func `the schema follows from the type, structures by reference and each once`() throws {
        var collection = SchemaCollection()
        let schema = try JSONSchema.record(Tree.self, into: &collection)
        let name = try #require(collection.components.first?.name)
        #expect(schema == ["$ref": .string("#/components/schemas/\(name)")])
        #expect(collection.components.count == 2)
        let tree = try #require(collection.components.first?.value)
        #expect(
            tree["properties"]?["title"]
                == ["type": "string", "minLength": 1, "maxLength": 80, "description": "What it is called."])
        #expect(tree["properties"]?["children"] == ["type": "array", "items": schema])
        #expect(tree["properties"]?["weights"] == ["type": "object", "additionalProperties": ["type": "number"]])
        #expect(tree["properties"]?["note"] == ["anyOf": [["type": "string"], ["type": "null"]]])
        #expect(tree["properties"]?["any"] == .object([]))
        #expect(tree["required"] == ["title", "leaves", "children", "weights", "any"])
        #expect(tree["additionalProperties"] == false)
        let leaf = try #require(collection.components.last?.value)
        #expect(leaf["properties"]?["word"] == ["type": "string", "enum": ["one", "two"]])
    }

    @Test func `a note on a field that is not decoded is found`() {
        struct Wrong: Codable, Noted {
            var title: String
            enum Other: String, CodingKey { case missing }
            static var notes: [Note] { [.of(Other.missing, "Nothing.")] }
        }
        var collection = SchemaCollection()
        #expect(throws: JSONSchemaError.self) { try JSONSchema.record(Wrong.self, into: &collection) }
    }
}
