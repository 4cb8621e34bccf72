import Models
import Web

extension RouteTable {
    /// What becomes of people's and tenants' traces.
    static func lifeCycle(_ erasures: ErasureRoutes, _ exports: ExportRoutes) -> [Route] {
        [
            .post(
                "/api/v1/exports", "create_export", .permission(.tenantExport),
                "Put all that the tenant has into an archive", exports.create, .idempotent, .dangerous,
                .notWhileImpersonating, .allowedWhenSuspended,
                .failures([.conflict, .reauthenticationRequired, .insufficientStorage])),
            .post(
                "/api/v1/exports/people", "create_person_export", .permission(.peopleExport),
                "Put all that there is about a person into an archive, by address or number", exports.createOfPerson,
                .idempotent, .dangerous, .notWhileImpersonating,
                .failures([.conflict, .reauthenticationRequired, .insufficientStorage])),
            .get(
                "/api/v1/exports", "list_exports", .permission(.tenantExport, or: .peopleExport),
                "Archives, newest first; for admins those of people alone", exports.list, .allowedWhenSuspended),
            .get(
                "/api/v1/exports/{id}", "get_export", .permission(.tenantExport, or: .peopleExport), "One archive",
                exports.get, .allowedWhenSuspended),
            .get(
                "/api/v1/exports/{id}/archive", "get_export_archive", .permission(.tenantExport, or: .peopleExport),
                "Fetch an archive, for a week after it was made", exports.download, .dangerous, .notWhileImpersonating,
                .allowedWhenSuspended, .contentTypes(["application/zip"]),
                .failures([.conflict, .reauthenticationRequired])),
            .post(
                "/api/v1/platform/exports/people", "create_platform_person_export", .platform(.peopleExport),
                "Put all that there is about a person in the platform's own rows into an archive",
                exports.createOfPerson, .idempotent, .dangerous,
                .failures([.conflict, .reauthenticationRequired, .insufficientStorage])),
            .get(
                "/api/v1/platform/exports", "list_platform_exports", .platform(.peopleExport),
                "Archives of people in the platform's own rows, newest first", exports.list),
            .get(
                "/api/v1/platform/exports/{id}", "get_platform_export", .platform(.peopleExport), "One such archive",
                exports.get),
            .get(
                "/api/v1/platform/exports/{id}/archive", "get_platform_export_archive", .platform(.peopleExport),
                "Fetch such an archive, for a week after it was made", exports.download, .dangerous,
                .contentTypes(["application/zip"]), .failures([.conflict, .reauthenticationRequired])),
            .post(
                "/api/v1/erasures", "create_erasure", .permission(.peopleErase),
                "Erase a person everywhere, by address or number", erasures.create, .idempotent, .dangerous,
                .notWhileImpersonating, .failures([.conflict, .reauthenticationRequired])),
            .get(
                "/api/v1/erasures", "list_erasures", .permission(.peopleErase), "Erasures, newest first",
                erasures.list),
            .get(
                "/api/v1/erasures/{id}", "get_erasure", .permission(.peopleErase),
                "One erasure with the receipts of the services", erasures.get),
            .post(
                "/api/v1/platform/erasures", "create_platform_erasure", .platform(.peopleErase),
                "Erase a person from the platform's own rows", erasures.create, .idempotent, .dangerous,
                .failures([.conflict, .reauthenticationRequired])),
            .get(
                "/api/v1/platform/erasures", "list_platform_erasures", .platform(.peopleErase),
                "Erasures of tenants, and of people in the platform's own rows", erasures.list),
            .get(
                "/api/v1/platform/erasures/{id}", "get_platform_erasure", .platform(.peopleErase),
                "One erasure with the receipts of the services", erasures.get),
        ]
    }

    /// What services ask of erasures.
    static func lifeCycleInternal(_ erasures: ErasureRoutes) -> [Route] {
        [
            erasures.events,
            .get(
                "/internal/erasures/{id}", "get_erasure_target", .service(.erasuresTake), "What is to be erased",
                erasures.target),
            .post(
                "/internal/erasures/{id}/receipt", "take_erasure_receipt", .service(.erasuresTake),
                "What a service has erased", erasures.takeReceipt),
        ]
    }
}
