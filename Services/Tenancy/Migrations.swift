import Postgres

/// The schema of tenancy, oldest first; a file that has been released never changes.
extension Migration {
    static let tenancy: [Migration] = [
        Migration(name: "0001_create_tenants", sql: PackageResources._001_create_tenants_sql),
        Migration(name: "0002_create_users", sql: PackageResources._002_create_users_sql),
        Migration(name: "0003_create_invitations_and_keys", sql: PackageResources._003_create_invitations_and_keys_sql),
        Migration(
            name: "0004_create_changes_and_signing_keys", sql: PackageResources._004_create_changes_and_signing_keys_sql
        ),
        Migration(name: "0005_create_audit", sql: PackageResources._005_create_audit_sql),
        Migration(name: "0006_create_platform_functions", sql: PackageResources._006_create_platform_functions_sql),
        Migration(name: "0007_create_idempotency_keys", sql: PackageResources._007_create_idempotency_keys_sql),
        Migration(name: "0008_create_outbox", sql: PackageResources._008_create_outbox_sql),
        Migration(name: "0009_create_jobs", sql: PackageResources._009_create_jobs_sql),
        Migration(name: "0010_note_devices", sql: PackageResources._010_note_devices_sql),
        Migration(name: "0011_create_second_factors", sql: PackageResources._011_create_second_factors_sql),
        Migration(name: "0012_create_origins", sql: PackageResources._012_create_origins_sql),
        Migration(name: "0013_manage_tenants", sql: PackageResources._013_manage_tenants_sql),
        Migration(name: "0014_create_impersonations", sql: PackageResources._014_create_impersonations_sql),
        Migration(name: "0015_restrict_super_admins", sql: PackageResources._015_restrict_super_admins_sql),
        Migration(name: "0016_create_setup_requests", sql: PackageResources._016_create_setup_requests_sql),
        Migration(name: "0017_create_domains", sql: PackageResources._017_create_domains_sql),
        Migration(name: "0018_create_settings", sql: PackageResources._018_create_settings_sql),
        Migration(name: "0019_create_passkeys", sql: PackageResources._019_create_passkeys_sql),
        Migration(name: "0020_create_erasures", sql: PackageResources._020_create_erasures_sql),
        Migration(name: "0021_create_life_cycle", sql: PackageResources._021_create_life_cycle_sql),
        Migration(name: "0022_extend_users", sql: PackageResources._022_extend_users_sql),
        Migration(name: "0023_create_single_sign_on", sql: PackageResources._023_create_single_sign_on_sql),
        Migration(name: "0024_extend_keys", sql: PackageResources._024_extend_keys_sql),
        Migration(name: "0025_reseal_secrets", sql: PackageResources._025_reseal_secrets_sql),
        Migration(name: "0026_create_onboarding", sql: PackageResources._026_create_onboarding_sql),
        Migration(name: "0027_seal_audit", sql: PackageResources._027_seal_audit_sql),
        Migration(name: "0028_create_exports", sql: PackageResources._028_create_exports_sql),
        Migration(name: "0029_describe_sessions", sql: PackageResources._029_describe_sessions_sql),
        Migration(name: "0030_create_connections", sql: PackageResources._030_create_connections_sql),
        Migration(name: "0031_list_connections", sql: PackageResources._031_list_connections_sql),
        Migration(name: "0032_export_people", sql: PackageResources._032_export_people_sql),
        Migration(name: "0033_watch_volume", sql: PackageResources._033_watch_volume_sql),
        Migration(name: "0034_change_in_bulk", sql: PackageResources._034_change_in_bulk_sql),
        Migration(name: "0035_ask_for_support", sql: PackageResources._035_ask_for_support_sql),
        Migration(name: "0036_create_notices", sql: PackageResources._036_create_notices_sql),
        Migration(name: "0037_sort_tenants", sql: PackageResources._037_sort_tenants_sql),
        Migration(name: "0038_rank_tenants", sql: PackageResources._038_rank_tenants_sql),
        Migration(name: "0039_keep_emails", sql: PackageResources._039_keep_emails_sql),
        Migration(name: "0040_watch_contacts", sql: PackageResources._040_watch_contacts_sql),
    ]
}
