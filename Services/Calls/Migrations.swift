import Postgres

/// The schema, in order; the build embeds each file under its name with the first digit replaced by an underscore.
enum CallsMigrations {
    static let all: [Migration] = [
        Migration(name: "0001_create_calls", sql: PackageResources._001_create_calls_sql),
        Migration(name: "0002_create_recordings", sql: PackageResources._002_create_recordings_sql),
        Migration(name: "0003_create_transcripts", sql: PackageResources._003_create_transcripts_sql),
        Migration(name: "0004_create_analyses", sql: PackageResources._004_create_analyses_sql),
        Migration(name: "0005_create_rollups", sql: PackageResources._005_create_rollups_sql),
        Migration(name: "0006_create_upkeep", sql: PackageResources._006_create_upkeep_sql),
        Migration(name: "0007_create_jobs", sql: PackageResources._007_create_jobs_sql),
        Migration(name: "0008_create_idempotency_keys", sql: PackageResources._008_create_idempotency_keys_sql),
        Migration(name: "0009_create_outbox", sql: PackageResources._009_create_outbox_sql),
        Migration(name: "0010_find_bins", sql: PackageResources._010_find_bins_sql),
        Migration(name: "0011_create_event_receipts", sql: PackageResources._011_create_event_receipts_sql),
        Migration(name: "0012_create_life_cycle", sql: PackageResources._012_create_life_cycle_sql),
        Migration(name: "0013_find_calls", sql: PackageResources._013_find_calls_sql),
        Migration(name: "0014_create_dispositions", sql: PackageResources._014_create_dispositions_sql),
        Migration(name: "0015_create_lines", sql: PackageResources._015_create_lines_sql),
        Migration(name: "0016_create_compliance", sql: PackageResources._016_create_compliance_sql),
        Migration(name: "0017_create_rubrics", sql: PackageResources._017_create_rubrics_sql),
        Migration(name: "0018_create_usage", sql: PackageResources._018_create_usage_sql),
        Migration(name: "0019_create_consent_imports", sql: PackageResources._019_create_consent_imports_sql),
        Migration(name: "0020_create_ingest", sql: PackageResources._020_create_ingest_sql),
        Migration(name: "0021_create_reading", sql: PackageResources._021_create_reading_sql),
        Migration(name: "0022_create_figures", sql: PackageResources._022_create_figures_sql),
        Migration(name: "0023_create_assignments", sql: PackageResources._023_create_assignments_sql),
        Migration(name: "0024_create_recording_consents", sql: PackageResources._024_create_recording_consents_sql),
        Migration(name: "0025_create_outbound", sql: PackageResources._025_create_outbound_sql),
        Migration(name: "0026_create_imports", sql: PackageResources._026_create_imports_sql),
        Migration(name: "0027_create_remarks", sql: PackageResources._027_create_remarks_sql),
        Migration(name: "0028_create_reports", sql: PackageResources._028_create_reports_sql),
        Migration(name: "0029_guard_recordings", sql: PackageResources._029_guard_recordings_sql),
        Migration(name: "0030_create_live_updates", sql: PackageResources._030_create_live_updates_sql),
        Migration(name: "0031_create_recording_names", sql: PackageResources._031_create_recording_names_sql),
        Migration(name: "0032_forget_pauses", sql: PackageResources._032_forget_pauses_sql),
    ]
}
