import Models
import Postgres
import Web

/// Takes in recordings that a collector brings, which knows them by the names of their files alone.
struct CollectedRecordingRoutes: Sendable {
    /// The query of an upload.
    struct NameQuery: Codable, Sendable {
        /// As the phone system wrote it; folders are left out.
        var name: String
    }

    let database: Database
    let uploads: RecordingUploadRoutes

    /// 404 as long as no call of the connection names the file.
    func upload(
        _ context: RequestContext, _ path: PathID<ConnectionID>, _ query: Query<NameQuery>, _ body: RawBody
    ) async throws -> Accepted<CallsAPI.Call> {
        let names = RecordingNameStore(rows: database.tenant(context.tenant), tenant: context.tenant)
        guard let call = try await names.call(named: query.value.name, source: path.id.jsonText) else {
            throw Failure(.notFound)
        }
        let digest = RecordingNameStore.digest(query.value.name)
        let account = try await CallLegStore(database: database).account(of: call, in: context.tenant)
        let origin = account?.recordingReferences.first { $0.digest == digest }
        return try await uploads.upload(context, to: call, .init(), as: origin, body)
    }
}
