/// Which providers a tenant can be connected to, and what each needs to be told: one line a field.
package enum ProviderTable {
    /// The provider, the service whose hooks it sends, a field and its kind; `?` where the field may be left out.
    ///
    /// `secret` is kept sealed and never shown again; `address` says where credentials are sent to, so it changes only
    /// together with them. A line without a field is a provider that needs none.
    private static let text = """
        generic          calls
        retell           calls      api_key               secret
        retell           calls      webhook_key           secret?
        retell           calls      inbound_agent_id      text?
        vapi             calls      api_key               secret?
        vapi             calls      hook_authentication   choice:secret,bearer,hmac?
        vapi             calls      hmac_secret           secret?
        vapi             calls      hmac_algorithm        choice:sha256,sha512,sha1?
        vapi             calls      hmac_encoding         choice:hex,base64?
        vapi             calls      hmac_prefix           text?
        vapi             calls      hmac_header           text?
        vapi             calls      hmac_timestamp_header text?
        vapi             calls      hmac_payload_format   text?
        vapi             calls      hmac_secret_encoding  choice:text,base64?
        vapi             calls      assistant_id          text?
        vapi             calls      transfer_number       text?
        twilio           calls      account_sid           text
        twilio           calls      auth_token            secret
        twilio           calls      signing_key           secret?
        twilio           calls      api_key_sid           text?
        twilio           calls      api_key_secret        secret?
        twilio           calls      application_sid       text?
        twilio           calls      caller_id             text?
        signalwire       calls      space                 address
        signalwire       calls      project_id            text
        signalwire       calls      api_token             secret
        signalwire       calls      signing_key           secret?
        signalwire       calls      caller_id             text?
        grandstream_ucm  calls      address               address
        grandstream_ucm  calls      user                  text
        grandstream_ucm  calls      password              secret
        grandstream_ucm  calls      interface             choice:classic,new?
        grandstream_ucm  calls      certificate           certificate?
        grandstream_ucm  calls      pbx_id                text?
        clouducm         calls      address               address
        clouducm         calls      user                  text
        clouducm         calls      password              secret
        clouducm         calls      certificate           certificate?
        clouducm         calls      pbx_id                text?
        threecx          calls      columns               text?
        threecx          calls      pbx_id                text?
        threecx          calls      recordings_address    address?
        threecx          calls      recordings_user       text?
        threecx          calls      recordings_password   secret?
        threecx          calls      certificate           certificate?
        asterisk         calls      columns               text?
        asterisk         calls      pbx_id                text?
        asterisk         calls      recordings_address    address?
        asterisk         calls      recordings_user       text?
        asterisk         calls      recordings_password   secret?
        asterisk         calls      certificate           certificate?
        freepbx          calls      columns               text?
        freepbx          calls      pbx_id                text?
        freepbx          calls      recordings_address    address?
        freepbx          calls      recordings_user       text?
        freepbx          calls      recordings_password   secret?
        freepbx          calls      certificate           certificate?
        openai           calls      address               address?
        openai           calls      api_key               secret
        """

    /// In the table's order.
    package static let providers: [ProviderDescription] = {
        var found: [ProviderDescription] = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let name = words.first, words.count > 1, let service = ServiceName(rawValue: String(words[1])) else {
                continue
            }
            if found.last?.name != String(name) {
                found.append(ProviderDescription(name: String(name), service: service, fields: []))
            }
            if words.count == 4, let field = ProviderField(name: words[2], kind: words[3]) {
                found[found.count - 1].fields.append(field)
            }
        }
        return found
    }()

    /// The number of fields that the lines name; one that could not be read would be missing.
    package static var fieldCount: Int { text.split(separator: "\n").count { $0.split(separator: " ").count > 2 } }

    /// The provider of a name.
    package static func provider(_ name: String) -> ProviderDescription? { providers.first { $0.name == name } }
}

/// A provider and what a connection to it needs to be told.
package struct ProviderDescription: Sendable {
    package let name: String
    /// Whose `/hooks/<service>/<provider>/<connection>` it calls.
    package let service: ServiceName
    package fileprivate(set) var fields: [ProviderField]

    /// The field of a name.
    package func field(_ name: String) -> ProviderField? { fields.first { $0.name == name } }
}

/// One thing that a connection to a provider may be told.
package struct ProviderField: Sendable {
    /// What values the field takes.
    package enum Kind: Sendable, Equatable {
        case text
        case secret
        /// An `https://` or `http://` address to which credentials are sent.
        case address
        /// PEM of a certificate to trust in the place of the system's authorities.
        case certificate
        case choice([String])
    }

    package let name: String
    package let kind: Kind
    package let isRequired: Bool

    init?(name: Substring, kind: Substring) {
        self.name = String(name)
        isRequired = kind.last != "?"
        let word = kind.last == "?" ? kind.dropLast() : kind
        let parts = word.split(separator: ":", maxSplits: 1)
        switch (parts.first, parts.count) {
        case ("text", 1): self.kind = .text
        case ("secret", 1): self.kind = .secret
        case ("address", 1): self.kind = .address
        case ("certificate", 1): self.kind = .certificate
        case ("choice", 2): self.kind = .choice(parts[1].split(separator: ",").map(String.init))
        default: return nil
        }
    }

    /// The word of the wire for the kind.
    package var word: String {
        switch kind {
        case .text: "text"
        case .secret: "secret"
        case .address: "address"
        case .certificate: "certificate"
        case .choice: "choice"
        }
    }

    /// Code and detail of what is wrong with a value; nil when nothing is.
    package func fault(of value: String) -> (code: String, detail: String)? {
        let limit = kind == .certificate ? 16_384 : 2_000
        guard value.utf8.count <= limit else { return ("too_long", "at most \(limit) bytes") }
        guard kind == .certificate || value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            return ("not_allowed", "control characters are not allowed")
        }
        switch kind {
        case .text, .secret: return nil
        case .certificate:
            return value.hasPrefix("-----BEGIN CERTIFICATE-----") ? nil : ("invalid_format", "PEM expected")
        case .choice(let words):
            return words.contains(value) ? nil : ("not_allowed", "one of \(words.joined(separator: ", ")) expected")
        case .address:
            let rest =
                value.hasPrefix("https://") ? value.dropFirst(8) : value.hasPrefix("http://") ? value.dropFirst(7) : ""
            let host = rest.prefix { $0 != "/" }
            let isPlain = !host.isEmpty && !host.contains("@") && !value.contains("?") && !value.contains("#")
            return isPlain && !value.contains(" ") ? nil : ("invalid_format", "https:// and a host expected")
        }
    }
}
