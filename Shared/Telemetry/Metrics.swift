import Synchronization

/// The numbers of one process, read by the operator's listener as Prometheus text.
///
/// Whoever measures asks once for its `Counter`, `Gauge` or `Histogram` and keeps it: the lookup takes a lock, the
/// measurement is one atomic operation. Asking again with the same name and labels gives the same object, so that
/// several loops add to one number. Labels are route templates, states and names of our own, never paths or ids; a
/// family beyond `longestFamily` folds the rest into one series labelled `other`.
package final class Metrics: Sendable {
    /// The most series of one name.
    static let longestFamily = 1000

    private enum Series: Sendable {
        case counter(Counter)
        case gauge(Gauge)
        case histogram(Histogram)

        var kind: String {
            switch self {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        }
    }

    private struct Family: Sendable {
        let help: String
        let kind: String
        /// By rendered labels, such as `route="/a",status="200"`.
        var series: [String: Series] = [:]
    }

    private let families = Mutex<[String: Family]>([:])

    /// A process has one; tests make their own.
    package init() {}

    /// A number that only grows; its name ends in `total`.
    package func counter(_ name: String, _ help: String, labels: [(String, String)] = []) -> Counter {
        let found = series(name, help, labels, kind: "counter") { .counter(Counter()) }
        guard case .counter(let counter) = found else { preconditionFailure("\(name) is not a counter") }
        return counter
    }

    /// A number that goes up and down.
    package func gauge(_ name: String, _ help: String, labels: [(String, String)] = []) -> Gauge {
        let found = series(name, help, labels, kind: "gauge") { .gauge(Gauge()) }
        guard case .gauge(let gauge) = found else { preconditionFailure("\(name) is not a gauge") }
        return gauge
    }

    /// A distribution, by default of seconds; the buckets of a name are those of its first request.
    package func histogram(
        _ name: String, _ help: String, labels: [(String, String)] = [], buckets: [Double] = Histogram.seconds
    ) -> Histogram {
        let found = series(name, help, labels, kind: "histogram") { .histogram(Histogram(buckets: buckets)) }
        guard case .histogram(let histogram) = found else { preconditionFailure("\(name) is not a histogram") }
        return histogram
    }

    private func series(
        _ name: String, _ help: String, _ labels: [(String, String)], kind: String, make: () -> Series
    ) -> Series {
        let name = PrometheusText.name(name)
        return families.withLock { families in
            var family = families[name] ?? Family(help: help, kind: kind)
            precondition(family.kind == kind, "\(name) is a \(family.kind) already")
            var key = PrometheusText.labels(labels)
            if family.series[key] == nil, family.series.count >= Self.longestFamily {
                key = PrometheusText.labels(labels.map { ($0.0, "other") })
            }
            if let series = family.series[key] { return series }
            let series = make()
            family.series[key] = series
            families[name] = family
            return series
        }
    }

    /// Everything in the text format 0.0.4 of Prometheus, in a stable order.
    package func render() -> [UInt8] {
        let families = self.families.withLock { $0 }
        var text = PrometheusText()
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            text.begin(name, help: family.help, kind: family.kind)
            for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                switch series {
                case .counter(let counter): text.append(name, labels, String(counter.value))
                case .gauge(let gauge): text.append(name, labels, PrometheusText.number(gauge.value))
                case .histogram(let histogram): text.append(name, labels, histogram.snapshot())
                }
            }
        }
        return text.bytes
    }
}
