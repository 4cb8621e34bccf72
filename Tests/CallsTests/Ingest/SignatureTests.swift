import Crypto
import HTTP
import JSON
import Models
import Testing

@testable import Calls

/// Every signature vector that providers publish: the right ones are taken, the others refused.
struct SignatureTests {
    @Test(.enabled(if: ProviderFacts.isThere, "the providers' facts are not there"))
    func `hooks of Standard Webhooks are taken and refused as its vectors say`() throws {
        let document = try #require(ProviderFacts.document("standard-webhooks/signature-vectors.json"))
        var seen = 0
        for vector in document.list("vectors") {
            guard let secret = vector.text("secret") ?? (vector["secret"] == .string("") ? "" : nil) else { continue }
            var headers = HTTPHeaders()
            for member in ProviderFacts.members(vector["header"]) {
                if case .string(let value) = member.value { headers.set(member.name, value) }
            }
            let prefix = headers.contains("svix-id") || headers.contains("svix-signature") ? "svix" : "webhook"
            let now = Timestamp(seconds: Int64(vector.number("nowSeconds") ?? 0))
            let isTaken: Bool
            do {
                try StandardWebhook.verify(
                    headers, body: Array((vector.text("rawBody") ?? "").utf8), secrets: [secret], now: now,
                    prefix: prefix)
                isTaken = true
            } catch { isTaken = false }
            if vector["publicKey"] == nil { #expect(isTaken == vector.flag("valid"), "\(vector.text("name") ?? "")") }
            seen += 1
        }
        #expect(seen >= 28)
    }

    @Test(.enabled(if: ProviderFacts.isThere, "the providers' facts are not there"))
    func `hooks of Retell are taken and refused as its vectors say`() throws {
        let document = try #require(ProviderFacts.document("retell/signature-vectors.json"))
        let vectors = document.list("vectors")
        #expect(vectors.count > 10)
        for vector in vectors {
            let header = vector["header"]?.text("x-retell-signature") ?? ""
            let isTaken = RetellProvider.isValid(
                header, Array((vector.text("rawBody") ?? "").utf8), key: vector.text("apiKey") ?? "",
                nowMilliseconds: Int64(vector.number("nowMs") ?? 0))
            #expect(isTaken == vector.flag("valid"), "\(vector.text("name") ?? "")")
        }
    }

    @Test(.enabled(if: ProviderFacts.isThere, "the providers' facts are not there"))
    func `hooks of Vapi are taken by each plan, and refused when anything of them is changed`() throws {
        let document = try #require(ProviderFacts.document("vapi/hmac-vectors.json"))
        let vectors = document.list("vectors")
        #expect(vectors.count >= 3)
        for vector in vectors {
            let name = vector.text("name") ?? ""
            let told = try #require(vector["plan"])
            var plan = VapiSignature.Plan()
            plan.algorithm = told.text("algorithm") ?? plan.algorithm
            plan.format = told.text("payloadFormat") ?? plan.format
            plan.isBase64 = told.text("signatureEncoding") == "base64"
            plan.prefix = told.text("signaturePrefix") ?? ""
            plan.secretIsBase64 = told.flag("secretIsBase64") ?? false
            var headers = HTTPHeaders()
            for member in ProviderFacts.members(vector["header"]) {
                guard case .string(let value) = member.value else { continue }
                headers.set(member.name, value)
                if member.name.hasSuffix("-signature") { plan.header = member.name }
                if member.name.hasSuffix("-timestamp") { plan.timestampHeader = member.name }
            }
            let body = Array((vector.text("rawBody") ?? "").utf8)
            let secret = told.text("secretKey") ?? ""
            let now = Timestamp(seconds: 1_767_225_700)
            func isValid(_ headers: HTTPHeaders, _ body: [UInt8], _ secret: String, _ now: Timestamp) -> Bool {
                VapiSignature.isValid(headers, body, plan, secret: secret, now: now, method: "POST", url: "")
            }
            #expect(isValid(headers, body, secret, now), "\(name)")
            #expect(!isValid(headers, body + [32], secret, now), "\(name)")
            #expect(!isValid(headers, body, "another", now), "\(name)")
            var cut = headers
            cut.set(plan.header, String((headers[plan.header] ?? "").dropLast(2)))
            #expect(!isValid(cut, body, secret, now), "\(name)")
            if plan.format.contains("{timestamp}") {
                #expect(!isValid(headers, body, secret, now + .seconds(400)), "\(name)")
            }
        }
    }
}
