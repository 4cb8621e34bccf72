import Postgres

/// The schema, in order; the build embeds each file under its name with the first digit replaced by an underscore.
enum GatewayMigrations {
    static let all: [Migration] = [
        Migration(name: "0001_create_limits", sql: PackageResources._001_create_limits_sql),
        Migration(name: "0002_create_inbox", sql: PackageResources._002_create_inbox_sql),
        Migration(name: "0003_create_usage", sql: PackageResources._003_create_usage_sql),
        Migration(name: "0004_erase_people", sql: PackageResources._004_erase_people_sql),
        Migration(name: "0005_tell_of_people", sql: PackageResources._005_tell_of_people_sql),
    ]
}
