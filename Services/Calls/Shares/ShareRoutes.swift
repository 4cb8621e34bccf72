import Auth
import Crypto
import HTTP
import IO
import Models
import Postgres
import Web

/// Links to parts of calls over HTTP: made by people, opened by whoever has one.
struct ShareRoutes: Sendable {
    private static let longest = Duration.seconds(366 * 86_400)
    /// Each hash takes tens of milliseconds and 19 MiB; what waits behind is bounded.
    private static let passwords = WorkerPool(name: "share-passwords", threads: 1, queueLimit: 16)

    let database: Database
    let playback: RecordingPlayback
    let tickets: ShareTickets

    struct Place: Codable, Sendable {
        var id: CallID
        var shareID: ShareID
    }

    struct Token: Codable, Sendable {
        var token: String
    }

    /// What a player shows.
    struct Admission: Codable, Sendable {
        /// Out of the address that opening the link has given.
        var ticket: String
        /// The first of the call's files where none is named.
        var recordingID: RecordingID?
    }

    func create(
        _ context: RequestContext, _ path: PathID<CallID>, _ body: Body<CallsAPI.CreateShare>
    ) async throws -> Created<CallsAPI.Share> {
        let (wanted, person) = (body.value, try context.user.userID)
        let call = try await call(path.id, context)
        try Self.check(wanted, call)
        let hash = try await Self.slowly { try wanted.password.map { try PasswordHash.make($0) } }
        let token = Base64.url.encode(SecureRandom.bytes(32))
        let made = try await ShareStore(rows: context.database(database)).create(
            wanted, digest: Self.digest(token), passwordHash: hash, on: path.id, by: person)
        guard var made else { throw Failure(.conflict, "There are \(ShareStore.mostPerCall) links already.") }
        made.url = "\(context.scheme)://\(context.host)/api/v1/calls/shared/\(token)"
        return Created(made, at: "/api/v1/calls/\(path.id)/shares/\(made.id)")
    }

    func list(_ context: RequestContext, _ path: PathID<CallID>) async throws -> OK<CallsAPI.Shares> {
        _ = try await call(path.id, context)
        return OK(CallsAPI.Shares(data: try await ShareStore(rows: context.database(database)).list(of: path.id)))
    }

    func revoke(_ context: RequestContext, _ path: Path<Place>) async throws -> NoContent {
        _ = try await call(path.value.id, context)
        let store = ShareStore(rows: context.database(database))
        guard try await store.revoke(path.value.shareID, of: path.value.id) else { throw Failure(.notFound) }
        return NoContent()
    }

    /// What the link shows; 404 for a link that is none, or none any more, whatever the reason.
    func open(
        _ context: RequestContext, _ path: Path<Token>, _ body: OptionalBody<CallsAPI.OpenShare>
    ) async throws -> OK<CallsAPI.SharedCall> {
        let store = ShareStore(rows: context.database(database))
        guard path.value.token.utf8.count <= 64, let found = try await store.open(Self.digest(path.value.token)) else {
            throw Failure(.notFound)
        }
        if let hash = found.passwordHash {
            // Counted first, so that many tries at once are many.
            try await store.noteFailure(found.id)
            let given = body.value?.password ?? ""
            let match = try await Self.slowly { try PasswordHash.check(given, against: hash) }
            guard case .matches = match else { throw Failure(.forbidden, "The password is needed, or wrong.") }
        }
        guard let share = try await store.view(found.id) else { throw Failure(.notFound) }
        guard let call = try await CallStore(database: database).find(share.callID, reach: .all, in: context.tenant)
        else { throw Failure(.notFound) }
        var segments: [CallsAPI.Segment] = []
        if share.includesTranscript {
            let stored = try await ResultStore(database: database).transcript(of: share.callID, in: context.tenant)
            // A segment that begins or ends outside of the part says more than was shared.
            segments =
                stored?.wire.segments.filter {
                    $0.startSeconds >= share.startSeconds && $0.endSeconds <= share.endSeconds
                } ?? []
        }
        var audioURLs: [String] = []
        if share.includesAudio, call.recording != nil {
            let ticket = try tickets.make(for: share.id, in: context.tenant)
            let base =
                "\(context.scheme)://\(context.host)/api/v1/calls/shared/\(path.value.token)/audio?ticket=\(ticket)"
            let files = try await RecordingStore(database: database).list(of: share.callID, in: context.tenant)
            audioURLs = files.map { $0.id == files[0].id ? base : "\(base)&recording_id=\($0.id)" }
        }
        return OK(
            CallsAPI.SharedCall(
                startSeconds: share.startSeconds, endSeconds: share.endSeconds, startedAt: call.startedAt,
                direction: call.direction, segments: segments, audioURLs: audioURLs, expiresAt: share.expiresAt)
        ).with(header: "Cache-Control", "no-store").with(header: "X-Robots-Tag", "noindex")
    }

    /// The sound of a link that was opened; what was silenced is silent, and who had the link is on record.
    func listen(
        _ context: RequestContext, _ path: Path<Token>, _ query: Query<Admission>, _ request: RequestHeaders
    ) async throws -> Raw {
        let store = ShareStore(rows: context.database(database))
        guard path.value.token.utf8.count <= 64, let share = try await store.heard(Self.digest(path.value.token)) else {
            throw Failure(.notFound)
        }
        guard tickets.isGood(query.value.ticket, for: share.id, in: context.tenant) else {
            throw Failure(.forbidden, "Open the link again.")
        }
        let files = try await RecordingStore(database: database).list(of: share.callID, in: context.tenant)
        let wanted = query.value.recordingID
        guard let recording = files.first(where: { wanted == nil || $0.id == wanted }) else { throw Failure(.notFound) }
        var answer = try await playback.play(recording, to: request, in: context.tenant)
        if let heard = answer.heard, request.method != .head {
            try await ListenStore(database: database).note(
                ListenStore.Heard(
                    shareID: share.id, isDownload: false, isOriginal: recording.redaction.copy == nil,
                    fromSeconds: recording.offsetSeconds + heard.lowerBound,
                    toSeconds: recording.offsetSeconds + heard.upperBound),
                of: share.callID, in: context.tenant)
        }
        for (name, value) in [("X-Robots-Tag", "noindex"), ("Referrer-Policy", "no-referrer")] {
            answer.response.headers.set(name, value)
        }
        return Raw(answer.response)
    }

    private static func digest(_ token: String) -> [UInt8] { Array(SHA256.digest(token)) }

    private static func slowly<Success: Sendable>(
        _ body: @escaping @Sendable () throws -> Success
    ) async throws -> Success {
        do { return try await passwords.run(body) } catch is WorkerPoolError {
            throw Failure(.unavailable, "Too many at once.", headers: [("Retry-After", "2")])
        }
    }

    private static func check(_ wanted: CallsAPI.CreateShare, _ call: Call) throws(Failure) {
        var errors: [FieldError] = []
        func refuse(_ pointer: String, _ code: String, _ detail: String) {
            errors.append(FieldError(pointer: pointer, code: code, detail: detail))
        }
        if wanted.endSeconds <= wanted.startSeconds {
            refuse("/end_seconds", "out_of_range", "It must be after start_seconds.")
        }
        if wanted.expiresAt <= .now() || wanted.expiresAt > .now() + longest {
            refuse("/expires_at", "out_of_range", "a time ahead within a year expected")
        }
        let (words, sound) = (wanted.includesTranscript ?? true, wanted.includesAudio ?? false)
        if !words, !sound { refuse("/includes_transcript", "required", "A link shows words or sound.") }
        if words, call.transcript == nil { refuse("/includes_transcript", "not_found", "The call has no transcript.") }
        if sound {
            if let recording = call.recording {
                // Sound is not cut: whoever hears a part would hear the rest.
                if wanted.startSeconds > 0 || wanted.endSeconds < recording.durationSeconds {
                    refuse("/includes_audio", "not_allowed", "Sound is shared of a whole call, from 0 to its end.")
                }
            } else {
                refuse("/includes_audio", "not_found", "The call has no recording.")
            }
        }
        guard errors.isEmpty else { throw Failure(.validationFailed, errors: errors) }
    }

    private func call(_ id: CallID, _ context: RequestContext) async throws -> Call {
        let call = try await CallStore(database: database).find(id, reach: context.reach, in: context.tenant)
        guard let call, call.deletedAt == nil else { throw Failure(.notFound) }
        return call
    }
}
