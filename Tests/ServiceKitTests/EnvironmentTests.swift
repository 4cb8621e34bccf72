import ServiceKit
import Telemetry
import Testing

struct EnvironmentTests {
    @Test func `every fault is collected with its name and an example, and no secret`() {
        var environment = Environment([
            "PORT": "70000", "KEY": "s3cret\u{1}", "BASE_URL": "ftp://x", "PATIENCE": "soon",
        ])
        _ = environment.port("PORT", "the port", default: nil)
        _ = environment.secret("KEY", "the key", example: "sk-...")
        _ = environment.url("BASE_URL", "the address", example: "https://sales.example.com")
        _ = environment.duration("PATIENCE", "patience", default: 3, in: 1...9)
        _ = environment.text("NAME", "the name", example: "acme")
        #expect(environment.faults.map(\.name) == ["PORT", "KEY", "BASE_URL", "PATIENCE", "NAME"])
        #expect(environment.faults.allSatisfy { !$0.problem.isEmpty && !$0.example.isEmpty })
        #expect(!"\(environment.faults)".contains("s3cret"))
    }

    @Test func `values are read as their types`() {
        var environment = Environment([
            "PORT": "8102", "KEY": "s3cret", "BASE_URL": "https://Sales.example.com:8443/app/", "ON": "yes",
            "LIST": "a, b,,c", "EMPTY": "", "DIR": "/var/lib/x/",
        ])
        let value1 = environment.port("PORT", "", default: 1)
        #expect(value1 == 8102)
        let value2 = environment.secret("KEY", "", example: "").reveal()
        #expect(value2 == "s3cret")
        let url = environment.url("BASE_URL", "", example: "")
        #expect(url.description == "https://sales.example.com:8443/app")
        #expect(url.below("acme").authority == "acme.sales.example.com:8443")
        let value3 = environment.flag("ON", "", default: false)
        #expect(value3)
        let value4 = environment.list("LIST", "", example: "")
        #expect(value4 == ["a", "b", "c"])
        let value5 = environment.text("EMPTY", "", default: "usual")
        #expect(value5 == "usual")
        let value6 = environment.folder("DIR", "", example: "/x")
        #expect(value6 == "/var/lib/x")
        let value7 = environment.choice("LEVEL", "", default: LogLevel.warning)
        #expect(value7 == .warning)
        #expect(environment.faults.isEmpty)
        #expect(!"\(environment.effective)".contains("s3cret"))
    }

    @Test(arguments: [
        "http://", "https://a b", "http://user@host", "http://host:0", "http://host:99999", "host", "http://h?q",
    ])
    func `an address that is none is refused`(_ text: String) {
        #expect(WebAddress(text) == nil)
    }
}
