extension InternalAPI {
    /// A person whose traces a service gives out: the body of `POST /internal/export/person/rows` and `.../files`.
    ///
    /// In a body and not in an address, which stands in logs.
    package struct ExportedPerson: Codable, Sendable {
        package var phoneNumbers: [ErasedNumber]
        /// In lower case.
        package var emails: [String]
        /// The accounts with one of the addresses: rows that name them are the person's too.
        package var users: [UserID]
        /// The table whose rows are wanted; nil for files.
        package var table: String?

        package init(phoneNumbers: [ErasedNumber], emails: [String], users: [UserID], table: String? = nil) {
            self.phoneNumbers = phoneNumbers
            self.emails = emails
            self.users = users
            self.table = table
        }
    }

    /// `GET /internal/export` of a service: what it has to give of a tenant.
    package struct ExportContents: Codable, Sendable {
        /// The tables, each read at `/internal/export/tables/{name}` as one JSON object a line.
        package var tables: [String]
        /// Whether there are files besides, named by pages at `/internal/export/files`.
        package var hasFiles: Bool

        package init(tables: [String], hasFiles: Bool) {
            self.tables = tables
            self.hasFiles = hasFiles
        }
    }

    /// `GET /internal/export/files?after=`: a page of the tenant's files; one is read at `/internal/export/file?key=`.
    package struct ExportFiles: Codable, Sendable {
        package var keys: [String]
        /// What the next page comes after; null on the last.
        package var next: String?

        package init(keys: [String], next: String?) {
            self.keys = keys
            self.next = next
        }
    }
}
