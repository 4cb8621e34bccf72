import HTTP
import HTTPClient
import JSON
import Models
import Testing

extension Caller {
    /// What a test sends to record a call that has just ended.
    static func callBody(externalID: String? = nil, from: String = "+12025550143", to: String = "+12025550199")
        -> JSONValue
    {
        let end = Timestamp.now()
        return [
            "external_id": externalID.map { .string($0) } ?? .null, "direction": "outbound", "from": .string(from),
            "to": .string(to), "started_at": .string((end - .seconds(90)).jsonText), "ended_at": .string(end.jsonText),
            "status": "completed", "language": "en-US", "metadata": ["campaign": "spring"],
        ]
    }

    func createCall(externalID: String? = nil) async throws -> CallsAPI.Call {
        visit.plant("2025550143", "2025550199")
        return try await post("/api/v1/calls", Self.callBody(externalID: externalID)).expect(201).decoded()
    }

    func upload(_ recording: [UInt8], to call: CallID, query: String = "") async throws -> Answer {
        try await send(
            .put, "/api/v1/calls/\(call)/recording\(query)", ["Content-Type": "audio/wav"], body: .bytes(recording))
    }

    func call(_ id: CallID) async throws -> CallsAPI.Call {
        try await get("/api/v1/calls/\(id)").expect(200).decoded()
    }

    /// Waits until a call's pipeline has come to an end, whichever.
    func processed(_ id: CallID, within limit: Duration = .seconds(400)) async throws -> CallsAPI.Call {
        var last = try await call(id)
        try await visit.until("the call is processed", within: limit) {
            last = try await call(id)
            return [.analysed, .failed].contains(last.processing.stage)
        }
        #expect(last.processing.stage == .analysed, "\(String(describing: last.processing.error))")
        return last
    }
}
