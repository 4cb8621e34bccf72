extension CallsAPI {
    /// A file of past calls, and how far it has come.
    package struct Import: Codable, Sendable {
        package var id: CallImportID
        package var source: String
        /// `preview`, `running`, `done`, `undoing` or `undone`.
        package var state: String
        package var rows: Int
        /// Rows that will become calls.
        package var waiting: Int
        /// Rows that have become calls.
        package var created: Int
        /// Rows whose call was there already; it is left as it is.
        package var known: Int
        package var faulty: Int
        package var undone: Int
        /// Of the calls together, as far as their rows say.
        package var durationSeconds: Int
        /// What their recordings would take, by their length at telephone quality.
        package var storageBytes: Int64
        /// What transcribing and analysing all of them would cost, in millionths of a US dollar; nothing is done unasked.
        package var costMicros: Int64
        package var createdAt: Timestamp
        package var finishedAt: Timestamp?

        package init(
            id: CallImportID, source: String, state: String, rows: Int, waiting: Int, created: Int, known: Int,
            faulty: Int, undone: Int, durationSeconds: Int, storageBytes: Int64, costMicros: Int64,
            createdAt: Timestamp, finishedAt: Timestamp?
        ) {
            self.id = id
            self.source = source
            self.state = state
            self.rows = rows
            self.waiting = waiting
            self.created = created
            self.known = known
            self.faulty = faulty
            self.undone = undone
            self.durationSeconds = durationSeconds
            self.storageBytes = storageBytes
            self.costMicros = costMicros
            self.createdAt = createdAt
            self.finishedAt = finishedAt
        }
    }

    /// The imports of a tenant, newest first.
    package struct Imports: Codable, Sendable {
        package var data: [Import]

        package init(data: [Import]) { self.data = data }
    }

    /// What became of one row.
    package struct ImportRow: Codable, Sendable {
        /// Of the row in its file, from 1.
        package var number: Int
        package var externalID: String?
        /// `waiting`, `faulty`, `known`, `created` or `undone`.
        package var state: String
        package var faults: [String]
        package var callID: CallID?

        package init(number: Int, externalID: String?, state: String, faults: [String], callID: CallID?) {
            self.number = number
            self.externalID = externalID
            self.state = state
            self.faults = faults
            self.callID = callID
        }
    }

    /// Rows of an import, in the order of its file.
    package struct ImportRows: Codable, Sendable {
        package var data: [ImportRow]
        /// The number after which the next page begins; null at the end.
        package var next: Int?

        package init(data: [ImportRow], next: Int?) {
            self.data = data
            self.next = next
        }
    }

    /// A call whose recording is fetched from its provider once more.
    package struct CopyRecording: Codable, Sendable {
        package var callID: CallID

        package init(callID: CallID) { self.callID = callID }
    }
}
