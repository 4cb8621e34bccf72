import Postgres

/// A small schema of one tenant-owned table, as a service would have it.
enum NotesSchema {
    static let migrations = [
        Migration(
            name: "0001_create_notes",
            sql: """
                CREATE TABLE notes (
                    tenant_id uuid NOT NULL,
                    id uuid NOT NULL,
                    title text NOT NULL,
                    CONSTRAINT notes_pkey PRIMARY KEY (tenant_id, id),
                    CONSTRAINT notes_title_unique UNIQUE (tenant_id, title)
                );
                ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
                ALTER TABLE notes FORCE ROW LEVEL SECURITY;
                CREATE POLICY notes_tenant ON notes USING (tenant_id = current_setting('app.tenant_id')::uuid);
                CREATE TABLE ticks (id bigint NOT NULL CONSTRAINT ticks_pkey PRIMARY KEY);
                """)
    ]
}
