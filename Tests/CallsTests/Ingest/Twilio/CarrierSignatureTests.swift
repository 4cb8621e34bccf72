import JSON
import Testing

@testable import Calls

@Suite(.enabled(if: ProviderFolder.isThere)) struct CarrierSignatureTests {
    private struct Vector {
        var name: String
        var key: String
        var url: String
        var form: FormFields?
        var body: [UInt8]
        var headers: [(name: String, value: String)]
        var isValid: Bool

        init(_ value: JSONValue, key: String) throws {
            name = value["name"]?.text ?? ""
            self.key = try #require(value[key]?.text)
            url = try #require(value["url"]?.text)
            if let pairs = value["formParams"]?.elements {
                form = FormFields(
                    pairs.map { .init(name: $0.elements[0].text ?? "", value: $0.elements[1].text ?? "") })
            }
            body = Array((value["rawBody"]?.text ?? "").utf8)
            headers = (value["header"]?.members ?? []).map { ($0.name, $0.value.text ?? "") }
            isValid = value["valid"]?.flag == true
        }

        func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    private func vectors(_ file: String, key: String) throws -> [Vector] {
        try (try ProviderFolder.json(file)["vectors"]?.elements ?? []).map { try Vector($0, key: key) }
    }

    private func twilio(_ vector: Vector) throws -> Bool {
        TwilioSignature.isValid(
            try #require(vector.header("X-Twilio-Signature")),
            settings: vector.header("X-Twilio-Webhooks-Signature-Settings"), url: vector.url, form: vector.form,
            body: vector.body, keys: [vector.key])
    }

    @Test func `every signature of Twilio's is judged as Twilio does`() throws {
        let vectors = try vectors("twilio/signature-vectors.json", key: "authToken")
        #expect(vectors.count > 20)
        for vector in vectors { #expect(try twilio(vector) == vector.isValid, "\(vector.name)") }
    }

    @Test func `nothing that was changed keeps Twilio's signature`() throws {
        for vector in try vectors("twilio/signature-vectors.json", key: "authToken") where vector.isValid {
            var other = vector
            other.key += "x"
            #expect(try !twilio(other), "\(vector.name): key")
            other = vector
            other.url = vector.url.replacing("/m", with: "/n").replacing("/h", with: "/g").replacing("?f", with: "?g")
            if other.url != vector.url { #expect(try !twilio(other), "\(vector.name): URL") }
            if let form = vector.form, !form.fields.isEmpty {
                for index in form.fields.indices {
                    var fields = form.fields
                    fields[index].value += "0"
                    other = vector
                    other.form = FormFields(fields)
                    #expect(try !twilio(other), "\(vector.name): \(fields[index].name)")
                }
                other = vector
                other.form = FormFields(form.fields + [.init(name: "Extra", value: "1")])
                #expect(try !twilio(other), "\(vector.name): a field more")
            } else if !vector.body.isEmpty {
                other = vector
                other.body.append(32)
                #expect(try !twilio(other), "\(vector.name): body")
            }
        }
    }

    private func signalWire(_ vector: Vector) throws -> Bool {
        let signature = try #require(
            vector.header("X-SignalWire-Signature") ?? vector.header("X-Twilio-Signature"))
        guard let form = vector.form else {
            return SignalWireSignature.isValid(
                signature, strong: vector.header("X-Signalwire-SHA256-Signature"), url: vector.url, body: vector.body,
                keys: [vector.key])
        }
        return SignalWireSignature.isValid(signature, url: vector.url, form: form, keys: [vector.key])
    }

    @Test func `every signature of SignalWire's is judged as SignalWire does, and none survives a change`() throws {
        let vectors = try vectors("signalwire/signature-vectors.json", key: "signingKey")
        #expect(vectors.count > 8)
        for vector in vectors {
            #expect(try signalWire(vector) == vector.isValid, "\(vector.name)")
            guard vector.isValid else { continue }
            var other = vector
            other.key += "x"
            #expect(try !signalWire(other), "\(vector.name): key")
            other = vector
            other.body.append(32)
            if vector.form == nil { #expect(try !signalWire(other), "\(vector.name): body") }
            for index in (vector.form?.fields ?? []).indices {
                var fields = vector.form?.fields ?? []
                fields[index].value += "0"
                other = vector
                other.form = FormFields(fields)
                #expect(try !signalWire(other), "\(vector.name): \(fields[index].name)")
            }
        }
    }

    @Test func `an empty key signs nothing`() {
        let form = FormFields([.init(name: "a", value: "b")])
        #expect(!TwilioSignature.isValid("", url: "https://a/", form: form, body: [], keys: [""]))
        #expect(!SignalWireSignature.isValid("", url: "https://a/", form: form, keys: [""]))
        #expect(!SignalWireSignature.isValid("", url: "https://a/", body: [1], keys: [""]))
    }
}
