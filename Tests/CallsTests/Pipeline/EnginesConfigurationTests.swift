import ServiceKit
import Testing

@testable import Calls

struct EnginesConfigurationTests {
    @Test(arguments: [
        ("10.0.0.7:8000, 192.168.1.0/24", 2, []), ("10.0.0.7", 0, ["ALLOW_ADDRESSES_RECOGNISER"]),
        ("10.0.0.7:8000,http://pbx:80/", 1, ["ALLOW_ADDRESSES_RECOGNISER"]),
    ])
    func `an address that cannot be read is a fault, not left out`(text: String, count: Int, faults: [String]) {
        var environment = Environment(["ALLOW_ADDRESSES_RECOGNISER": text])
        let configuration = EnginesConfiguration(&environment, dataFolder: "/nonexistent")
        #expect(configuration.allowedAddresses.count == count)
        #expect(environment.faults.map(\.name) == faults)
    }

    @Test func `an engine that nobody can choose is a fault`() {
        for (name, count) in [("local", 0), ("openai", 0), ("provider", 1), ("opneai", 1)] {
            var environment = Environment(["TRANSCRIBER": name])
            _ = EnginesConfiguration(&environment, dataFolder: "/nonexistent")
            #expect(environment.faults.count == count, "\(name)")
        }
    }
}
