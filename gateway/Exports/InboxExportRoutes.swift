import HTTP
import JSON
import LifeCycle
import Models
import Postgres
import Web

/// What the gateway gives out of its inbox: to tenancy alone, for archives and for whoever looks for a person.
///
/// The same paths as `ServiceExportRoutes` has; the inbox's tables are read in a way of their own, since what hooks say lies
/// there as bytes.
struct InboxExportRoutes: Sendable {
    private static let table = "hooks"

    let database: Database

    /// The gateway's whole policy for other services.
    var table: Web.RouteTable {
        Web.RouteTable(
            .gateway,
            [
                .get(
                    "/internal/export", "list_export", .service(.exportRead), "What there is of a tenant to export",
                    contents),
                .get(
                    "/internal/export/tables/{name}", "export_table", .service(.exportRead), "The tenant's hooks",
                    hooks),
                .get(
                    "/internal/export/texts", "export_texts", .service(.exportRead),
                    "All that hooks of the tenant say", texts),
                .post(
                    "/internal/export/person/rows", "export_person_rows", .service(.exportRead),
                    "The hooks that name somebody", personHooks),
            ])
    }

    private func contents(_ context: RequestContext) async throws -> OK<InternalAPI.ExportContents> {
        OK(InternalAPI.ExportContents(tables: [Self.table], hasFiles: false))
    }

    /// Which table.
    struct TablePath: Decodable, Sendable {
        var name: String
    }

    private func hooks(_ context: RequestContext, _ path: Path<TablePath>) async throws -> Raw {
        guard path.value.name == Self.table else { throw Failure(.notFound) }
        return lines(naming: nil, context)
    }

    private func personHooks(_ context: RequestContext, _ body: Body<InternalAPI.ExportedPerson>) async throws -> Raw {
        guard body.value.table == Self.table, let pattern = PersonPattern.make(of: body.value) else {
            throw Failure(.badRequest)
        }
        return lines(naming: pattern, context)
    }

    private func lines(naming pattern: String?, _ context: RequestContext) -> Raw {
        let store = InboxExportStore(context.database(database))
        return Raw(
            .lines { writer in
                try await store.read(naming: pattern) { try await writer.write(JSON.encode($0) + [0x0a]) }
            })
    }

    private func texts(_ context: RequestContext) async throws -> Raw {
        let store = InboxExportStore(context.database(database))
        return Raw(
            .lines { writer in try await store.readTexts { try await writer.write(JSON.encode($0) + [0x0a]) } })
    }
}
