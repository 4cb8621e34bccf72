import JSON

/// Reads one value out of the texts that were given for its name.
struct TextValue: Decoder, SingleValueDecodingContainer {
    static let longestText = 4096
    static let mostElements = 200

    let text: String
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// A single value of one text, or a list of several texts and of what stands between commas.
    static func read<Value: Decodable>(_ type: Value.Type, from texts: [String]) throws -> Value {
        if type is any TextList.Type {
            let elements = texts.flatMap { $0.split(separator: ",", omittingEmptySubsequences: true).map(String.init) }
            guard elements.count <= mostElements else {
                throw TextFault(code: "too_many", detail: "There are too many values.")
            }
            return try Value(from: TextElements(texts: elements))
        }
        guard texts.count == 1, let text = texts.first else {
            throw TextFault(code: "duplicate", detail: "It must be given once.")
        }
        return try one(type, text)
    }

    static func one<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        guard text.utf8.count <= longestText else { throw TextFault(code: "too_long", detail: "The text is too long.") }
        do { return try Value(from: TextValue(text: text)) } catch let error as DecodingError {
            _ = error
            throw notAllowed(type)
        }
    }

    /// What is told of a text that is none of an enum's words.
    private static func notAllowed<Value>(_ type: Value.Type) -> TextFault {
        guard let words = type as? any CaseIterable.Type else {
            return TextFault(code: "invalid", detail: "It is not valid.")
        }
        let list = words.words.prefix(40).joined(separator: ", ")
        return TextFault(code: "not_allowed", detail: "It must be one of: \(list).")
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        throw TextFault.notFlat
    }
    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw TextFault.notFlat }
    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    // One text.

    func decodeNil() -> Bool { false }
    func decode(_ type: String.Type) -> String { text }
    func decode(_ type: Bool.Type) throws -> Bool {
        switch text {
        case "true": true
        case "false": false
        default: throw TextFault(code: "wrong_type", detail: "It must be true or false.")
        }
    }
    func decode(_ type: Double.Type) throws -> Double { try number(Double(text).flatMap { $0.isFinite ? $0 : nil }) }
    func decode(_ type: Float.Type) throws -> Float { try number(Float(text).flatMap { $0.isFinite ? $0 : nil }) }
    func decode(_ type: Int.Type) throws -> Int { try whole() }
    func decode(_ type: Int8.Type) throws -> Int8 { try whole() }
    func decode(_ type: Int16.Type) throws -> Int16 { try whole() }
    func decode(_ type: Int32.Type) throws -> Int32 { try whole() }
    func decode(_ type: Int64.Type) throws -> Int64 { try whole() }
    func decode(_ type: UInt.Type) throws -> UInt { try whole() }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try whole() }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try whole() }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try whole() }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try whole() }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try Value(from: self) }

    private func whole<Number: FixedWidthInteger>() throws -> Number {
        guard text.first != "+", let number = Number(text) else {
            throw TextFault(code: "wrong_type", detail: "It must be a whole number.")
        }
        return number
    }

    private func number<Number>(_ number: Number?) throws -> Number {
        guard let number else { throw TextFault(code: "wrong_type", detail: "It must be a number.") }
        return number
    }
}

/// Arrays and sets, which take several texts.
private protocol TextList {}
extension Array: TextList {}
extension Set: TextList {}

extension CaseIterable {
    fileprivate static var words: [String] {
        allCases.map { value in (value as? any RawRepresentable)?.word ?? "\(value)" }
    }
}

extension RawRepresentable {
    fileprivate var word: String { "\(rawValue)" }
}

/// The elements of a list.
private struct TextElements: Decoder, UnkeyedDecodingContainer {
    let texts: [String]
    var currentIndex = 0
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }
    var count: Int? { texts.count }
    var isAtEnd: Bool { currentIndex >= texts.count }

    init(texts: [String]) { self.texts = texts }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        throw TextFault.notFlat
    }
    func unkeyedContainer() -> any UnkeyedDecodingContainer { self }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { throw TextFault.notFlat }

    mutating func decodeNil() -> Bool { false }
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        guard !isAtEnd else { throw TextFault.notFlat }
        defer { currentIndex += 1 }
        return try TextValue.one(type, texts[currentIndex])
    }
    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> { throw TextFault.notFlat }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { throw TextFault.notFlat }
    mutating func superDecoder() throws -> any Decoder { throw TextFault.notFlat }
}
