package import Telemetry

extension Environment {
    // Texts.

    /// A text; without a default it must be set.
    package mutating func text(
        _ name: String, _ help: String, default value: String? = nil, example: String = "text"
    ) -> String {
        given(name, help, default: value, shown: value, example: example, placeholder: "", Self.line)
    }

    /// A text, or nil when it is not set.
    package mutating func optionalText(_ name: String, _ help: String, example: String = "text") -> String? {
        read(name, help, example: example, Self.line)
    }

    /// A secret that must be set; there are no default secrets.
    package mutating func secret(_ name: String, _ help: String, example: String) -> Secret<String> {
        required(name, help, example: example, isSecret: true, placeholder: Secret(""), Self.secretLine)
    }

    /// A secret, or nil when it is not set.
    package mutating func optionalSecret(_ name: String, _ help: String, example: String) -> Secret<String>? {
        read(name, help, example: example, isSecret: true, Self.secretLine)
    }

    /// Texts between commas; none when it is not set.
    package mutating func list(_ name: String, _ help: String, example: String) -> [String] {
        read(name, help, example: example) { text throws(EnvironmentFault) in
            try Self.line(text).split(separator: ",").map { Self.trimmed($0) }.filter { !$0.isEmpty }
        } ?? []
    }

    /// One of an enum's words.
    package mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ help: String, default value: Choice
    ) -> Choice {
        let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return given(name, help, default: value, shown: value.rawValue, example: value.rawValue, placeholder: value) {
            text throws(EnvironmentFault) in
            // A type may have values that nobody chooses.
            guard let choice = Choice.allCases.first(where: { $0.rawValue == text }) else {
                throw EnvironmentFault("must be one of \(words)")
            }
            return choice
        }
    }

    // Numbers.

    /// A whole number within bounds.
    package mutating func integer(
        _ name: String, _ help: String, default value: Int? = nil, in range: ClosedRange<Int>, example: String? = nil
    ) -> Int {
        given(
            name, help, default: value, shown: value.map(String.init), example: example ?? "\(range.lowerBound)",
            placeholder: range.lowerBound
        ) { text throws(EnvironmentFault) in
            guard let number = Int(text), range.contains(number) else {
                throw EnvironmentFault("must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
    }

    /// A number within bounds.
    package mutating func number(
        _ name: String, _ help: String, default value: Double, in range: ClosedRange<Double>
    ) -> Double {
        given(name, help, default: value, shown: "\(value)", example: "\(value)", placeholder: value) {
            text throws(EnvironmentFault) in
            guard let number = Double(text), range.contains(number) else {
                throw EnvironmentFault("must be a number from \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
    }

    /// A time in whole seconds within bounds.
    package mutating func duration(
        _ name: String, _ help: String, default seconds: Int, in range: ClosedRange<Int>
    ) -> Duration {
        .seconds(integer(name, "\(help), in seconds", default: seconds, in: range))
    }

    /// A port; 0 takes a free one.
    package mutating func port(_ name: String, _ help: String, default value: Int?) -> Int {
        integer(name, help, default: value, in: 0...65_535, example: "8102")
    }

    /// Yes or no.
    package mutating func flag(_ name: String, _ help: String, default value: Bool) -> Bool {
        given(name, help, default: value, shown: "\(value)", example: "true", placeholder: value) {
            text throws(EnvironmentFault) in
            switch text.lowercased() {
            case "true", "yes", "on", "1": true
            case "false", "no", "off", "0": false
            default: throw EnvironmentFault("must be true or false")
            }
        }
    }

    // Addresses and places.

    /// An http or https address.
    package mutating func url(_ name: String, _ help: String, default value: String? = nil, example: String)
        -> WebAddress
    {
        given(
            name, help, default: value.flatMap { WebAddress($0) }, shown: value, example: example, placeholder: .nowhere
        ) {
            text throws(EnvironmentFault) in
            guard let address = WebAddress(text) else { throw EnvironmentFault("must be an http or https address") }
            return address
        }
    }

    /// An http or https address, or nil when it is not set.
    package mutating func optionalURL(_ name: String, _ help: String, example: String) -> WebAddress? {
        read(name, help, example: example) { text throws(EnvironmentFault) in
            guard let address = WebAddress(text) else { throw EnvironmentFault("must be an http or https address") }
            return address
        }
    }

    /// An absolute path of a folder, without a slash at its end.
    package mutating func folder(_ name: String, _ help: String, default value: String? = nil, example: String)
        -> String
    {
        given(name, help, default: value, shown: value, example: example, placeholder: "/nonexistent") {
            text throws(EnvironmentFault) in
            guard text.hasPrefix("/"), !text.utf8.contains(0) else {
                throw EnvironmentFault("must be an absolute path")
            }
            return text.count > 1 && text.hasSuffix("/") ? String(text.dropLast()) : text
        }
    }

    /// The connection string of a PostgreSQL database; a secret, since it holds a password.
    package mutating func databaseURL(_ name: String, _ help: String) -> Secret<String> {
        required(name, help, example: Self.databaseExample, isSecret: true, placeholder: Secret(""), Self.database)
    }

    /// The connection string of a PostgreSQL database, or nil when it is not set.
    package mutating func optionalDatabaseURL(_ name: String, _ help: String) -> Secret<String>? {
        read(name, help, example: Self.databaseExample, isSecret: true, Self.database)
    }

    // The rules.

    private static let databaseExample = "postgresql://calls_app:password@127.0.0.1:5432/calls"

    private mutating func given<Value>(
        _ name: String, _ help: String, default value: Value?, shown: String?, example: String, placeholder: Value,
        _ parse: (String) throws(EnvironmentFault) -> Value
    ) -> Value {
        guard let value else { return required(name, help, example: example, placeholder: placeholder, parse) }
        return read(name, help, example: example, default: shown, parse) ?? value
    }

    private static func line(_ text: String) throws(EnvironmentFault) -> String {
        guard text.utf8.count <= 65_536, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw EnvironmentFault("must be one line without control characters")
        }
        return text
    }

    private static func secretLine(_ text: String) throws(EnvironmentFault) -> Secret<String> {
        Secret(try line(text))
    }

    private static func database(_ text: String) throws(EnvironmentFault) -> Secret<String> {
        guard text.hasPrefix("postgresql://") || text.hasPrefix("postgres://") else {
            throw EnvironmentFault("must begin with postgresql://")
        }
        return Secret(try line(text))
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
