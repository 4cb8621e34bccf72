import Jobs
import Postgres

enum QueueSchema {
    static let migrations = [
        Migration(name: "0001_create_jobs", sql: JobsSchema.sql),
        Migration(
            name: "0002_create_effects",
            sql: "CREATE TABLE effects (id bigint NOT NULL CONSTRAINT effects_pkey PRIMARY KEY);"),
    ]
}
