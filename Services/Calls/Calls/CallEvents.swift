import Events
import Models
import Postgres

/// What the other services are told of a call, in the transaction that makes it true: ids and facts, no words of anybody.
enum CallEvents {
    /// The data of every event about a call; fields are only added.
    struct Facts: Codable, Sendable {
        var callID: CallID
        var agentID: UserID?
        var origin: CallOrigin
        var isTest: Bool
        var direction: CallDirection
        var status: CallStatus
        var stage: ProcessingStage
        var startedAt: Timestamp
        var durationSeconds: Int?
        var recordingSeconds: Double?
        var recordingBytes: Int64?
        var transcriptVersion: Int?
        /// Why the processing failed.
        var errorCode: String?
    }

    /// The statement that publishes, to be sent together with others.
    static func statement(_ type: EventType, of call: Call, in tenant: TenantID) throws -> SQL {
        try Outbox.statement(type, in: tenant, subject: "call/\(call.id)", data: facts(of: call))
    }

    static func publish(_ type: EventType, of call: Call, in transaction: Transaction) async throws {
        try await Outbox.publish(type, subject: "call/\(call.id)", data: facts(of: call), in: transaction)
    }

    private static func facts(of call: Call) -> Facts {
        Facts(
            callID: call.id, agentID: call.agentID, origin: call.origin, isTest: call.isTest,
            direction: call.direction, status: call.status, stage: call.processing.stage, startedAt: call.startedAt,
            durationSeconds: call.durationSeconds, recordingSeconds: call.recording?.durationSeconds,
            recordingBytes: call.recording?.bytes, transcriptVersion: call.transcript?.version,
            errorCode: call.processing.errorCode)
    }
}
