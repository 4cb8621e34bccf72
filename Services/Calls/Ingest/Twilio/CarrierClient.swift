import Crypto
import HTTP
import HTTPClient
import JSON
import Models

/// The REST interface that Twilio has and SignalWire speaks too.
struct CarrierClient {
    /// `https://api.twilio.com/2010-04-01/Accounts/AC...`, without a slash at its end.
    let base: String
    /// Twilio's paths end with it.
    let suffix: String
    let user: String
    let password: String
    let client: OutboundHTTPClient

    var authorization: HTTPHeaders {
        ["Authorization": "Basic " + Base64.standard.encode(Array("\(user):\(password)".utf8))]
    }

    /// What the carrier says of a call; nil when it knows none.
    func call(_ id: String) async throws -> CallReport? {
        do {
            let value = try await get("/Calls/\(PercentCode.encode(id))\(suffix)")
            return try Self.report(of: value, at: .now())
        } catch let error as ProviderError where error.kind == .missing {
            return nil
        }
    }

    /// A page of the account's calls; the path of the next one, nil after the last.
    func calls(_ page: String) async throws -> (calls: [JSONValue], next: String?) {
        let value = try await get(page)
        guard case .array(let calls)? = value["calls"] else {
            throw ProviderError(.invalid, "The carrier's list has no calls.")
        }
        // Relative to the host, with the account in it.
        guard case .string(let next)? = value["next_page_uri"], let at = next.ranges(of: "/Calls").first else {
            return (calls, nil)
        }
        return (calls, String(next[at.lowerBound...]))
    }

    /// The first of a list of calls, to see whether the credentials are right.
    func check() async throws { _ = try await get("/Calls\(suffix)?PageSize=1") }

    private func get(_ path: String) async throws -> JSONValue {
        let answer = try await client.ask(OutboundHTTPRequest(.get, base + path, headers: authorization))
        do { return try JSON.decode(JSONValue.self, from: answer.body) } catch {
            throw ProviderError(.invalid, "The carrier's answer is no valid JSON.")
        }
    }

    /// What a call's own resource says; nil for what is none.
    static func report(of value: JSONValue, at now: Timestamp) throws -> CallReport? {
        func text(_ name: String) -> String? {
            if case .string(let text)? = value[name], !text.isEmpty { text } else { nil }
        }
        guard let id = text("sid"), let word = text("status") else { return nil }
        let (start, end) = (text("start_time").flatMap(instant), text("end_time").flatMap(instant))
        let changed = text("date_updated").flatMap(instant)
        var report = CallReport(externalID: text("parent_call_sid") ?? id, reportedAt: end ?? changed ?? now)
        if text("parent_call_sid") != nil {
            report.status = .ringing
            var leg = CallLeg(id: id)
            (leg.from, leg.to) = (text("from"), text("to"))
            (leg.startedAt, leg.endedAt) = (start, end)
            leg.status = CarrierCallback.status(word)
            report.legs = [leg]
            return report
        }
        report.providerStatus = word
        report.status = CarrierCallback.status(word)
        (report.from, report.to) = (text("from"), text("to"))
        (report.startedAt, report.endedAt) = (start, end)
        report.direction = CarrierCallback.direction(text("direction"), from: report.from)
        var notes = ReportNotes()
        notes.add("answered_by", text("answered_by"))
        notes.add("price", text("price"))
        notes.add("price_unit", text("price") == nil ? nil : text("price_unit"))
        report.metadata = try notes.text
        return report
    }

    /// Dates of mail at Twilio; SignalWire's are of the same form.
    private static func instant(_ text: String) -> Timestamp? {
        MailDate.instant(text) ?? LocalTime(text, in: .utc)?.instant
    }
}
