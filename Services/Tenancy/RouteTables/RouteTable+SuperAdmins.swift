import Models
import Web

extension RouteTable {
    /// The platform's own people.
    static func superAdmins(_ admins: SuperAdminRoutes) -> [Route] {
        [
            .get(
                "/api/v1/platform/super-admins", "list_super_admins", .platform(.superAdminsRead),
                "Super admins, newest first", admins.list),
            .post(
                "/api/v1/platform/super-admins", "create_super_admin", .platform(.superAdminsWrite),
                "Invite a super admin", admins.create, .idempotent, .dangerous,
                .failures([.emailTaken, .reauthenticationRequired])),
            .patch(
                "/api/v1/platform/super-admins/{id}", "update_super_admin", .platform(.superAdminsWrite),
                "Say what a super admin may work in", admins.update, .dangerous,
                .failures([.conflict, .reauthenticationRequired])),
            .delete(
                "/api/v1/platform/super-admins/{id}", "remove_super_admin", .platform(.superAdminsWrite),
                "End a super admin's access", admins.remove, .dangerous,
                .failures([.conflict, .reauthenticationRequired])),
        ]
    }
}
