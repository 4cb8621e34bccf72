/// What the gateway knows of providers' hooks, by the words of their paths `/hooks/<service>/<provider>/<connection id>`.
///
/// A hook that no row of `asks` names only tells something: it is written down and answered before its service has seen
/// it. A provider that no row of `tells` names is one like any other.
package enum HookTable {
    /// Hooks whose answer the provider waits for: service, provider, by what they are known, how many seconds the
    /// service may take, and what is said in its place when it does not answer.
    ///
    /// The seconds leave the provider's own patience (Twilio 15, SignalWire 5 for the first byte, Vapi 7.5, Retell and
    /// Microsoft Graph 10, LinkedIn 3) room for the way. `path:` compares what follows the connection id.
    private static let asksText = """
        calls     twilio           path:voice                         12  voice
        calls     signalwire       path:voice                         4   voice
        calls     vapi             path:assistant-request             6   vapi-error
        calls     vapi             path:transfer-destination-request  6   vapi-error
        calls     vapi             path:tool-calls                    15  vapi-results
        calls     retell           path:inbound                       8   retell-inbound
        *         microsoft-graph  query:validationToken              8   none
        *         meta             get                                8   none
        *         linkedin         get                                2   none
        """

    /// How providers are told that a hook was taken, whether they also tell by GET, and what makes two hooks one.
    ///
    /// `header:` names fields that stay the same when a hook is sent again and differ between two; where one is missing,
    /// and for `body`, method, target and body count. `never`: equal bodies are events of their own (Microsoft Graph
    /// says "missed" twice in the same words).
    private static let tellsText = """
        *                202  post  header:webhook-id
        twilio           204  get   header:i-twilio-idempotency-token
        signalwire       204  get   body
        gohighlevel      200  post  body
        google-calendar  200  post  header:x-goog-channel-id+x-goog-message-number
        microsoft-graph  202  post  never
        paypal           200  post  body
        resend           200  post  header:svix-id
        """

    /// The rows of hooks that are asked, in the table's order.
    package static let asks: [HookAsk] = asksText.split(separator: "\n").compactMap(HookAsk.init(line:))

    /// The rows of providers; the first is for those that have none.
    package static let tells: [HookTell] = tellsText.split(separator: "\n").compactMap(HookTell.init(line:))

    /// The number of lines of both tables; a row that could not be read would be missing in them.
    package static var lineCount: Int {
        asksText.split(separator: "\n").count + tellsText.split(separator: "\n").count
    }

    /// The row of a hook whose answer is waited for; nil for one that only tells.
    package static func ask(
        service: ServiceName, provider: Substring, rest: ArraySlice<Substring>, isGet: Bool, query: String?
    ) -> HookAsk? {
        asks.first { ask in
            guard ask.provider == provider, ask.service == nil || ask.service == service else { return false }
            return switch ask.condition {
            case .path(let word): rest.first == word
            case .query(let name): has(name, query)
            case .get: isGet
            }
        }
    }

    /// How a provider's hooks are taken.
    package static func tell(provider: Substring) -> HookTell {
        tells.first { $0.provider == provider } ?? tells.first ?? HookTell(provider: "*")
    }

    private static func has(_ name: Substring, _ query: String?) -> Bool {
        guard let query else { return false }
        return query.split(separator: "&").contains { $0.prefix { $0 != "=" } == name }
    }
}

/// A kind of hook whose answer the provider waits for.
package struct HookAsk: Sendable {
    /// By what such a hook is known.
    package enum Condition: Sendable, Equatable {
        case path(Substring)
        case query(Substring)
        case get
    }

    /// What the provider is told when the service is down or late.
    package enum Fallback: String, Sendable {
        /// A sentence for the caller, and the end of the call (TwiML, which SignalWire speaks too).
        case voice
        /// A sentence that Vapi speaks to the caller.
        case vapiError = "vapi-error"
        /// No results, with which the assistant goes on.
        case vapiResults = "vapi-results"
        /// Nothing to change about the call.
        case retellInbound = "retell-inbound"
        /// The service alone can answer: 503.
        case none
    }

    /// Nil for any service.
    package let service: ServiceName?
    package let provider: Substring
    package let condition: Condition
    package let deadline: Duration
    package let fallback: Fallback

    init?(line: Substring) {
        let words = line.split(separator: " ")
        guard words.count == 5, let seconds = Int(words[3]), let fallback = Fallback(rawValue: String(words[4])) else {
            return nil
        }
        service = ServiceName(rawValue: String(words[0]))
        guard service != nil || words[0] == "*" else { return nil }
        provider = words[1]
        let parts = words[2].split(separator: ":", maxSplits: 1)
        switch (parts.first, parts.count) {
        case ("path", 2): condition = .path(parts[1])
        case ("query", 2): condition = .query(parts[1])
        case ("get", 1): condition = .get
        default: return nil
        }
        deadline = .seconds(seconds)
        self.fallback = fallback
    }
}

/// How a provider's hooks that only tell are taken.
package struct HookTell: Sendable {
    /// What makes two hooks one.
    package enum Repeat: Sendable, Equatable {
        case headers([String])
        case body
        case never
    }

    package let provider: Substring
    /// The answer that the provider wants to see; its body is empty.
    package let status: Int
    package let takesGet: Bool
    package let repeats: Repeat

    init(provider: Substring) {
        self.provider = provider
        status = 202
        takesGet = false
        repeats = .body
    }

    init?(line: Substring) {
        let words = line.split(separator: " ")
        guard words.count == 4, let status = Int(words[1]), 200..<300 ~= status, ["get", "post"].contains(words[2])
        else { return nil }
        provider = words[0]
        self.status = status
        takesGet = words[2] == "get"
        let parts = words[3].split(separator: ":", maxSplits: 1)
        switch (parts.first, parts.count) {
        case ("header", 2): repeats = .headers(parts[1].split(separator: "+").map(String.init))
        case ("body", 1): repeats = .body
        case ("never", 1): repeats = .never
        default: return nil
        }
    }
}
