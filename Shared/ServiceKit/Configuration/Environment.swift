import Glibc

/// The environment variables of the process, read as types.
///
/// A variable that is missing or wrong does not stop the reading: the fault is noted, a placeholder is returned, and
/// whoever made the environment looks at `faults` before the configuration is used. Values of secrets never appear in a
/// fault nor among the effective values.
package struct Environment {
    /// One thing that is wrong with one variable.
    package struct Fault: Sendable, Hashable {
        package let name: String
        package let problem: String
        package let example: String
    }

    /// One variable as it takes effect.
    package struct Effective: Sendable, Hashable {
        package let name: String
        /// The value, or what stands for a secret one.
        package let value: String
        package let help: String
        package let isDefault: Bool
    }

    /// What is wrong, in the order of reading.
    package private(set) var faults: [Fault] = []
    /// What was read, in the order of reading.
    package private(set) var effective: [Effective] = []
    private let values: [String: String]

    package init(_ values: [String: String]) { self.values = values }

    /// The variables that the process was started with.
    package static func process() -> Environment {
        var values: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            next += 1
            let text = String(cString: entry)
            guard let equals = text.firstIndex(of: "=") else { continue }
            values[String(text[..<equals])] = String(text[text.index(after: equals)...])
        }
        return Environment(values)
    }

    /// Notes that a variable is wrong, for checks that only the configuration itself can do.
    package mutating func fault(_ name: String, _ problem: String, example: String) {
        faults.append(Fault(name: name, problem: problem, example: example))
    }

    /// Reads a variable by a rule of the caller; nil when it is not set or when the rule found it wrong.
    package mutating func read<Value>(
        _ name: String, _ help: String, example: String, isSecret: Bool = false, default text: String? = nil,
        _ parse: (String) throws(EnvironmentFault) -> Value
    ) -> Value? {
        guard let given = given(name) else {
            note(name, text ?? "(not set)", help, isDefault: true)
            return nil
        }
        do {
            let value = try parse(given)
            note(name, isSecret ? "[redacted]" : given, help, isDefault: false)
            return value
        } catch {
            fault(name, error.problem, example: example)
            return nil
        }
    }

    /// Reads a variable that must be set.
    package mutating func required<Value>(
        _ name: String, _ help: String, example: String, isSecret: Bool = false, placeholder: Value,
        _ parse: (String) throws(EnvironmentFault) -> Value
    ) -> Value {
        guard given(name) != nil else {
            fault(name, "is not set (\(help))", example: example)
            return placeholder
        }
        return read(name, help, example: example, isSecret: isSecret, parse) ?? placeholder
    }

    /// A variable that is set to nothing counts as not set: compose files and shells write it so.
    private func given(_ name: String) -> String? {
        guard let value = values[name], !value.isEmpty else { return nil }
        return value
    }

    private mutating func note(_ name: String, _ value: String, _ help: String, isDefault: Bool) {
        effective.append(Effective(name: name, value: value, help: help, isDefault: isDefault))
    }
}

/// Why a value cannot be taken, in words that do not repeat it.
package struct EnvironmentFault: Error {
    package let problem: String

    package init(_ problem: String) { self.problem = problem }
}
