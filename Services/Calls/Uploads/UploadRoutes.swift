import Auth
import BlobStore
import FoundationEssentials
import HTTP
import Models
import Postgres
import Web

/// Recordings that come in parts over HTTP, for lines that break.
///
/// An upload is made with its size; each part is a PATCH that says at which offset it begins, and is safe when it is
/// answered. Whoever lost an answer asks for the offset and goes on there. The last part makes the recording, as PUT
/// would. An upload that rests for a day is removed.
struct UploadRoutes: Sendable {
    /// What one part may weigh: a lost one is sent again whole.
    static let partLimit = 64 << 20
    private static let offsetField = "Upload-Offset"

    private let calls: CallStore
    private let uploads: UploadStore
    private let parts: UploadParts
    private let intake: RecordingIntake

    init(database: Database, blobs: any BlobStore, probe: ProbeProcess, slots: ChildSlots) {
        calls = CallStore(database: database)
        uploads = UploadStore(database: database)
        parts = UploadParts(blobs: blobs)
        intake = RecordingIntake(
            recordings: RecordingStore(database: database), blobs: blobs, probe: probe, slots: slots)
    }

    func create(
        _ context: RequestContext, _ body: Body<CallsAPI.CreateUpload>
    ) async throws -> Created<CallsAPI.Upload> {
        guard context.settings[Settings.recordingPolicy] != .never else {
            throw Failure(.forbidden, "The setting recording_policy is never: recordings are not taken in.")
        }
        guard let call = try await calls.find(body.value.callID, reach: context.reach, in: context.tenant) else {
            throw Failure.invalid("/call_id", "not_found", "there is no such call")
        }
        guard call.deletedAt == nil else { throw Failure(.conflict, "The call is in the bin.") }
        if try await intake.recordings.find(of: call.id, in: context.tenant) != nil { throw Failure(.recordingExists) }
        try await intake.blobs.checkRoom(for: body.value.bytes)
        let creator = context.principal?.user?.userID ?? UserID(context.apiKeyID?.uuid ?? UUID.v7())
        guard let made = try await uploads.create(body.value, by: creator, in: context.tenant) else {
            throw Failure(.conflict, "There are \(UploadStore.most) uploads, which is the most.")
        }
        return Created(made.wire, at: "/api/v1/recordings/uploads/\(made.id)")
            .with(header: Self.offsetField, "0")
    }

    /// Where to go on.
    func get(_ context: RequestContext, _ path: PathID<UploadID>) async throws -> OK<CallsAPI.Upload> {
        let upload = try await find(path.id, context).upload
        return OK(upload.wire).with(header: Self.offsetField, "\(upload.received)")
    }

    func append(
        _ context: RequestContext, _ path: PathID<UploadID>, _ request: RequestHeaders, _ body: RawBody
    ) async throws -> OK<CallsAPI.Upload> {
        let (upload, call) = try await find(path.id, context)
        guard let text = request.headers[Self.offsetField], let offset = Int64(text), offset >= 0 else {
            throw Failure(.badRequest, "The field \(Self.offsetField) is missing or no number.")
        }
        guard offset == upload.received else { throw Self.elsewhere(upload) }
        guard !upload.isComplete else { return answer(upload) }
        var whole = upload
        if !upload.isWhole {
            let name = UUID.v7().text
            let key = UploadParts.key(name, of: upload.id, in: context.tenant)
            try await parts.blobs.checkRoom(for: body.declaredLength ?? 0)
            let stored = try await parts.blobs.put(key, PartSource(body, limit: upload.bytes - offset))
            guard stored.size > 0 else {
                try await parts.blobs.delete(key)
                throw Failure(.badRequest, "The part is empty.")
            }
            let added = try await uploads.add(
                part: name, bytes: stored.size, at: offset, to: upload.id, in: context.tenant)
            guard let added else {
                try await parts.blobs.delete(key)
                throw Self.elsewhere(try await find(path.id, context).upload)
            }
            whole = added
        }
        guard whole.isWhole else { return answer(whole) }
        return answer(try await finish(whole, of: call, context))
    }

    func delete(_ context: RequestContext, _ path: PathID<UploadID>) async throws -> NoContent {
        let upload = try await find(path.id, context).upload
        try await parts.remove(upload.id, in: context.tenant)
        try await uploads.delete(upload.id, in: context.tenant)
        return NoContent()
    }

    /// Makes the recording of the parts; bytes that are no audio end the upload.
    private func finish(
        _ upload: PartedUpload, of call: Call, _ context: RequestContext
    ) async throws -> PartedUpload {
        let joined = JoinedParts(
            upload.parts.map { UploadParts.key($0, of: upload.id, in: context.tenant) }, in: parts.blobs)
        let options = RecordingIntake.Options(
            agentChannel: upload.agentChannel,
            transcription: upload.transcribes
                ? .asked : context.settings[Settings.transcribesCalls] ? .usual : .whenAsked)
        do {
            _ = try await intake.take(
                RecordingIntake.Incoming(length: upload.bytes, next: { try await joined.next() }), for: call, options,
                in: context.tenant, loop: context.loop, logger: context.logger)
        } catch let error as Failure where error.status < 500 {
            try await parts.remove(upload.id, in: context.tenant)
            try await uploads.delete(upload.id, in: context.tenant)
            throw error
        }
        guard let done = try await uploads.finish(upload.id, in: context.tenant) else { throw Failure(.notFound) }
        try await parts.remove(upload.id, in: context.tenant)
        return done
    }

    private func find(
        _ id: UploadID, _ context: RequestContext
    ) async throws -> (upload: PartedUpload, call: Call) {
        guard let upload = try await uploads.find(id, in: context.tenant),
            let call = try await calls.find(upload.callID, reach: context.reach, in: context.tenant)
        else { throw Failure(.notFound) }
        return (upload, call)
    }

    private func answer(_ upload: PartedUpload) -> OK<CallsAPI.Upload> {
        OK(upload.wire).with(header: Self.offsetField, "\(upload.received)")
    }

    private static func elsewhere(_ upload: PartedUpload) -> Failure {
        Failure(
            .conflict, "The next part begins at \(upload.received).",
            headers: [(offsetField, "\(upload.received)")])
    }
}

extension PartedUpload {
    fileprivate var wire: CallsAPI.Upload {
        CallsAPI.Upload(
            id: id, callID: callID, bytes: bytes, offset: received, partLimitBytes: UploadRoutes.partLimit,
            isComplete: isComplete, expiresAt: expiresAt)
    }
}
