import Auth
import Models
import Postgres
import Web

/// Silent stretches of recordings over HTTP.
struct RedactionRoutes: Sendable {
    private let calls: CallStore
    private let recordings: RecordingStore
    private let redactions: RedactionStore

    init(database: Database) {
        calls = CallStore(database: database)
        recordings = RecordingStore(database: database)
        redactions = RedactionStore(database: database)
    }

    func list(_ context: RequestContext, _ path: PathID<CallID>) async throws -> OK<CallsAPI.Redactions> {
        let call = try await find(path.id, context)
        let files = try await recordings.list(of: call.id, in: context.tenant)
        return OK(
            CallsAPI.Redactions(
                isPending: files.contains { $0.redaction.isPending },
                data: try await redactions.list(of: call.id, in: context.tenant)))
    }

    func create(
        _ context: RequestContext, _ path: PathID<CallID>, _ body: Body<CallsAPI.CreateRedaction>
    ) async throws -> Created<CallsAPI.Redaction> {
        let wanted = body.value
        guard wanted.startSeconds.isFinite, wanted.endSeconds.isFinite, wanted.endSeconds > wanted.startSeconds else {
            throw Failure.invalid("/end_seconds", "out_of_range", "more than start_seconds expected")
        }
        let call = try await find(path.id, context)
        guard let recording = try await recordings.find(of: call.id, in: context.tenant) else {
            throw Failure(.notFound, "The call has no recording.")
        }
        if let channel = wanted.channel, channel >= recording.channels {
            throw Failure.invalid("/channel", "out_of_range", "the recording has no such channel")
        }
        guard try await redactions.list(of: call.id, in: context.tenant).count < RecodeCommand.mostSpans else {
            throw Failure(.conflict, "The recording has as many silent stretches as there can be.")
        }
        let span = SilentSpan(
            channel: wanted.channel, startSeconds: wanted.startSeconds, endSeconds: wanted.endSeconds)
        let made = try await redactions.silence(
            span, .manual, of: call.id, by: context.principal?.user?.userID, in: context.tenant)
        guard let made else { throw Failure(.notFound) }
        return Created(made, at: "/api/v1/calls/\(call.id)/redactions")
    }

    func delete(_ context: RequestContext, _ path: PathID<RedactionID>) async throws -> NoContent {
        guard let found = try await redactions.find(path.id, in: context.tenant) else { throw Failure(.notFound) }
        _ = try await find(found.call, context)
        guard found.redaction.reason != .paused else {
            throw Failure(.conflict, "Of a pause there is nothing to be heard.")
        }
        guard try await redactions.remove(path.id, in: context.tenant) else { throw Failure(.notFound) }
        return NoContent()
    }

    /// From now on nothing of the recording is to be heard, by an agent's button or a tenant's software.
    func pause(
        _ context: RequestContext, _ path: PathID<CallID>, _ body: OptionalBody<CallsAPI.MarkPause>
    ) async throws -> OK<CallsAPI.Redaction> {
        let call = try await find(path.id, context)
        let made = try await redactions.pause(
            call.id, at: Self.seconds(of: call, body.value), by: context.principal?.user?.userID, in: context.tenant)
        guard let made else {
            throw Failure(.conflict, "The recording is paused already, or has been handed in.")
        }
        return OK(made)
    }

    func resume(
        _ context: RequestContext, _ path: PathID<CallID>, _ body: OptionalBody<CallsAPI.MarkPause>
    ) async throws -> OK<CallsAPI.Redaction> {
        let call = try await find(path.id, context)
        let made = try await redactions.resume(call.id, at: Self.seconds(of: call, body.value), in: context.tenant)
        guard let made else { throw Failure(.conflict, "The recording is not paused, or has been handed in.") }
        return OK(made)
    }

    private static func seconds(of call: Call, _ asked: CallsAPI.MarkPause?) -> Double {
        if let seconds = asked?.atSeconds, seconds.isFinite { return seconds }
        let since = Timestamp.now() - (call.answeredAt ?? call.startedAt)
        return max(0, Double(since.components.seconds))
    }

    private func find(_ id: CallID, _ context: RequestContext) async throws -> Call {
        guard let call = try await calls.find(id, reach: context.reach, in: context.tenant) else {
            throw Failure(.notFound)
        }
        return call
    }
}
