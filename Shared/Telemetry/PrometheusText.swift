/// The text format 0.0.4 of Prometheus.
struct PrometheusText {
    private(set) var bytes: [UInt8] = []

    mutating func begin(_ name: String, help: String, kind: String) {
        append("# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(kind)\n")
    }

    mutating func append(_ name: String, _ labels: String, _ value: String) {
        append(labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n")
    }

    mutating func append(_ name: String, _ labels: String, _ histogram: Histogram.Snapshot) {
        let prefix = labels.isEmpty ? "" : labels + ","
        var total = 0
        for (bound, count) in zip(histogram.bounds, histogram.counts) {
            total += count
            append("\(name)_bucket", "\(prefix)le=\"\(Self.number(bound))\"", String(total))
        }
        append("\(name)_sum", labels, Self.number(histogram.sum))
        append("\(name)_count", labels, String(total))
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    /// The project writes names with dots; Prometheus knows letters, digits and `_`.
    static func name(_ name: String) -> String {
        let converted = name.utf8.map { $0 == UInt8(ascii: ".") ? UInt8(ascii: "_") : $0 }
        let isValid = converted.enumerated().allSatisfy { index, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): index > 0
            default: false
            }
        }
        precondition(isValid && !converted.isEmpty, "not a name of a metric or label: \(name)")
        return String(decoding: converted, as: UTF8.self)
    }

    /// The labels as they stand between the braces, sorted by name so that their order in the code does not matter.
    static func labels(_ labels: [(String, String)]) -> String {
        labels.map { (name($0.0), $0.1) }.sorted { $0.0 < $1.0 }
            .map { "\($0.0)=\"\(escaped($0.1, quotes: true))\"" }.joined(separator: ",")
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int(value)) }
        return String(value)
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
