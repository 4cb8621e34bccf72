import Models
import Testing

struct HookTableTests {
    @Test func `every line of the tables is a row`() {
        #expect(HookTable.asks.count + HookTable.tells.count == HookTable.lineCount)
        #expect(HookTable.tells.first?.provider == "*")
        #expect(Set(HookTable.tells.map(\.provider)).count == HookTable.tells.count)
    }

    private func ask(
        _ service: ServiceName, _ provider: Substring, _ rest: [Substring] = [], isGet: Bool = false,
        query: String? = nil
    ) -> HookAsk? {
        HookTable.ask(service: service, provider: provider, rest: rest[...], isGet: isGet, query: query)
    }

    @Test func `what is not listed as a question only tells`() {
        #expect(ask(.calls, "twilio", ["voice"])?.fallback == .voice)
        #expect(ask(.calls, "twilio", ["voice", "menu"])?.fallback == .voice)
        #expect(ask(.calls, "twilio", ["status"]) == nil)
        #expect(ask(.calls, "twilio") == nil)
        #expect(ask(.messaging, "twilio", ["voice"]) == nil)
        #expect(ask(.calls, "unheard-of", ["voice"]) == nil)
        #expect(ask(.calls, "vapi", ["assistant-request"])?.deadline == .seconds(6))
    }

    @Test func `handshakes are questions, by their parameter or their method`() {
        #expect(ask(.calendar, "microsoft-graph", query: "validationToken=abc")?.fallback == HookAsk.Fallback.none)
        #expect(ask(.calendar, "microsoft-graph", query: "a=1&validationToken=") != nil)
        #expect(ask(.calendar, "microsoft-graph", query: "a=validationToken") == nil)
        #expect(ask(.calendar, "microsoft-graph") == nil)
        #expect(ask(.messaging, "meta", isGet: true, query: "hub.challenge=1") != nil)
        #expect(ask(.messaging, "meta") == nil)
    }

    @Test func `providers are told in their own way, and others in one`() {
        #expect(HookTable.tell(provider: "twilio").status == 204)
        #expect(HookTable.tell(provider: "twilio").takesGet)
        #expect(
            HookTable.tell(provider: "google-calendar").repeats
                == .headers(["x-goog-channel-id", "x-goog-message-number"]))
        #expect(HookTable.tell(provider: "microsoft-graph").repeats == .never)
        #expect(HookTable.tell(provider: "nobody").status == 202)
        #expect(!HookTable.tell(provider: "nobody").takesGet)
    }
}
