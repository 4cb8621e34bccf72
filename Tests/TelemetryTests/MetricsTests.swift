import Testing

@testable import Telemetry

@Suite
struct MetricsTests {
    private func text(_ metrics: Metrics) -> String { String(decoding: metrics.render(), as: UTF8.self) }

    @Test
    func `every kind is rendered with its help, type and labels`() {
        let metrics = Metrics()
        metrics.counter("http.requests_total", "Requests\nanswered", labels: [("route", "/a\"b"), ("code", "200")]).add(
            3)
        metrics.gauge("pool.size", "Connections").set(2.5)
        let histogram = metrics.histogram("wait_seconds", "Wait", buckets: [0.1, 1])
        for value in [0.05, 0.1, 0.5, 7] { histogram.record(value) }
        let expected = """
            # HELP http_requests_total Requests\\nanswered
            # TYPE http_requests_total counter
            http_requests_total{code="200",route="/a\\"b"} 3
            # HELP pool_size Connections
            # TYPE pool_size gauge
            pool_size 2.5
            # HELP wait_seconds Wait
            # TYPE wait_seconds histogram
            wait_seconds_bucket{le="0.1"} 2
            wait_seconds_bucket{le="1"} 3
            wait_seconds_bucket{le="+Inf"} 4
            wait_seconds_sum 7.65
            wait_seconds_count 4

            """
        #expect(text(metrics) == expected)
    }

    @Test
    func `the same name and labels are one number, in any order`() {
        let metrics = Metrics()
        metrics.counter("a_total", "A", labels: [("x", "1"), ("y", "2")]).add()
        metrics.counter("a_total", "A", labels: [("y", "2"), ("x", "1")]).add(2)
        #expect(text(metrics).contains("a_total{x=\"1\",y=\"2\"} 3\n"))
    }

    @Test
    func `too many labels fold into one series`() {
        let metrics = Metrics()
        for number in 0..<(Metrics.longestFamily + 50) {
            metrics.counter("a_total", "A", labels: [("x", String(number))]).add()
        }
        #expect(text(metrics).contains("a_total{x=\"other\"} 50\n"))
        #expect(text(metrics).split(separator: "\n").count == Metrics.longestFamily + 3)
    }

    @Test
    func `threads lose no count`() async {
        let metrics = Metrics()
        let counter = metrics.counter("a_total", "A")
        let gauge = metrics.gauge("b", "B")
        let histogram = metrics.histogram("c", "C", buckets: [1])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1000 {
                        counter.add()
                        gauge.add(1)
                        histogram.record(.milliseconds(500))
                    }
                }
            }
        }
        #expect(counter.value == 8000)
        #expect(gauge.value == 8000)
        #expect(histogram.snapshot().counts == [8000, 0])
        #expect(histogram.snapshot().sum == 4000)
    }
}
