import Auth
import IO
import Models
import Postgres
import Web

/// A call, or a list of calls, on paper over HTTP; on record as every export is.
struct CallPaperRoutes: Sendable {
    /// More is a book; a table takes all.
    private static let mostCalls = 1_000
    private static let type = "application/pdf"
    private static let pool = WorkerPool(name: "papers", threads: 1, queueLimit: 16)

    let database: Database

    func call(_ context: RequestContext, _ path: PathID<CallID>) async throws -> Raw {
        let tenant = context.tenant
        let call = try await CallStore(database: database).find(path.id, reach: context.reach, in: tenant)
        guard let call, call.deletedAt == nil else { throw Failure(.notFound) }
        let features = context.settings.analysisFeatures
        let results = try await ResultStore(database: database).results(of: call.id, in: tenant).showing(features)
        let extras = try await CallExtrasStore(database: database).read([call.id], search: nil, in: tenant)
        let content = CallPaper.Content(
            call: call.showing(features), results: results, tags: extras.summary(of: call).tags)
        return try await answer(
            ExportedFile(
                format: "pdf", name: "call-\(call.id).pdf", contentType: Self.type, rows: 1, subject: "call/\(call.id)"),
            context
        ) { CallPaper.of(content) }
    }

    func list(_ context: RequestContext, _ query: Query<CallQuery>) async throws -> Raw {
        let tenant = context.tenant
        var calls: [Call] = []
        if let filter = query.value.filter(context) {
            calls = try await CallListStore(database: database).rows(
                filter, after: nil, limit: Self.mostCalls + 1, in: tenant)
        }
        let isCut = calls.count > Self.mostCalls
        let shown = calls.prefix(Self.mostCalls).map { $0.showing(context.settings.analysisFeatures) }
        let extras = try await CallExtrasStore(database: database).read(shown.map(\.id), search: nil, in: tenant)
        return try await answer(
            ExportedFile(
                format: "pdf_list", name: "calls.pdf", contentType: Self.type, rows: shown.count, filter: query.value),
            context
        ) { CallPaper.list(shown, extras, title: "Calls", isCut: isCut) }
    }

    private func answer(
        _ file: ExportedFile, _ context: RequestContext, _ make: @escaping @Sendable () -> [UInt8]?
    ) async throws -> Raw {
        let bytes: [UInt8]?
        do { bytes = try await Self.pool.run(make) } catch is WorkerPoolError {
            throw Failure(.unavailable, "Too many at once.", headers: [("Retry-After", "2")])
        }
        guard let bytes else { throw Failure(.bodyTooLarge, "It is too long for paper.") }
        return try await file.answer(bytes, context, database)
    }
}
