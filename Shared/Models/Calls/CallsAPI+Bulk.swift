package import JSON

/// What can be done to many calls at once.
package enum BulkActionKind: String, Codable, CaseIterable, Sendable {
    case addTags = "add_tags"
    case removeTags = "remove_tags"
    case setDisposition = "set_disposition"
    case assign, delete, restore, reprocess
}

extension CallsAPI {
    /// `POST /api/v1/calls/bulk`.
    package struct CreateBulkAction: Codable, Sendable, Noted {
        package var action: BulkActionKind
        package var ids: [CallID]?
        package var filter: JSONText?
        package var tagIDs: [TagID]?
        package var dispositionID: DispositionID?
        package var agentID: Patch<UserID>
        package var dryRun: Bool?

        package static var notes: [Note] {
            [
                .of(CodingKeys.ids, "These calls; or else a filter.", count: 1...1000),
                .of(CodingKeys.filter, "All calls that the filters of `GET /api/v1/calls` find, up to 10,000."),
                .of(CodingKeys.tagIDs, "For add_tags and remove_tags.", count: 1...20),
                .of(CodingKeys.dispositionID, "For set_disposition."),
                .of(CodingKeys.agentID, "For assign; null for nobody."),
                .of(CodingKeys.dryRun, "Only say how many calls it would change and what it would cost."),
            ]
        }
    }

    /// An action upon many calls, done as one job and undone as one.
    package struct BulkAction: Codable, Sendable {
        /// Null for a trial.
        package var id: BulkActionID?
        package var action: BulkActionKind
        /// `trial`, `running`, `done`, `undoing` or `undone`.
        package var state: String
        /// How many calls it is about.
        package var calls: Int
        /// How many it has changed.
        package var changed: Int
        /// How many it has passed by: gone meanwhile, held, or so already.
        package var skipped: Int
        /// What it costs where it runs engines again: seconds of audio.
        package var audioSeconds: Double?
        /// Millionths of a US dollar; null where no price is known.
        package var costMicros: Int64?
        package var createdBy: UserID?
        package var createdAt: Timestamp
        package var doneAt: Timestamp?
        package var undoneAt: Timestamp?

        package init(
            id: BulkActionID?, action: BulkActionKind, state: String, calls: Int, changed: Int, skipped: Int,
            audioSeconds: Double?, costMicros: Int64?, createdBy: UserID?, createdAt: Timestamp, doneAt: Timestamp?,
            undoneAt: Timestamp?
        ) {
            self.id = id
            self.action = action
            self.state = state
            self.calls = calls
            self.changed = changed
            self.skipped = skipped
            self.audioSeconds = audioSeconds
            self.costMicros = costMicros
            self.createdBy = createdBy
            self.createdAt = createdAt
            self.doneAt = doneAt
            self.undoneAt = undoneAt
        }
    }

    /// What was taken out as a file, by whom and how much.
    package struct CallExport: Codable, Sendable {
        package var id: CallExportID
        /// `csv`, `pdf` or `pdf_list`.
        package var format: String
        /// The person; null for an API key.
        package var userID: UserID?
        package var filter: JSONText
        package var rows: Int
        /// Null while it runs, and where it was broken off.
        package var doneAt: Timestamp?
        package var createdAt: Timestamp

        package init(
            id: CallExportID, format: String, userID: UserID?, filter: JSONText, rows: Int, doneAt: Timestamp?,
            createdAt: Timestamp
        ) {
            self.id = id
            self.format = format
            self.userID = userID
            self.filter = filter
            self.rows = rows
            self.doneAt = doneAt
            self.createdAt = createdAt
        }
    }

    /// A call on its way through the pipeline.
    package struct QueuedCall: Codable, Sendable {
        package var callID: CallID
        package var stage: Stage
        package var since: Timestamp
        package var attempts: Int
        package var error: ProcessingError?
        /// `waiting`, `running` or `dead`; null where no job is there.
        package var jobState: String?
        /// When it is tried next.
        package var nextAt: Timestamp?

        package init(
            callID: CallID, stage: Stage, since: Timestamp, attempts: Int, error: ProcessingError?, jobState: String?,
            nextAt: Timestamp?
        ) {
            self.callID = callID
            self.stage = stage
            self.since = since
            self.attempts = attempts
            self.error = error
            self.jobState = jobState
            self.nextAt = nextAt
        }
    }

    /// How many calls are in a stage.
    package struct StageCount: Codable, Sendable, Hashable {
        package var stage: Stage
        package var calls: Int
        package var oldestSince: Timestamp?

        package init(stage: Stage, calls: Int, oldestSince: Timestamp?) {
            self.stage = stage
            self.calls = calls
            self.oldestSince = oldestSince
        }
    }

    /// Where a tenant's calls stand.
    package struct ProcessingQueue: Codable, Sendable {
        package var stages: [StageCount]
        /// Jobs that were given up.
        package var dead: Int

        package init(stages: [StageCount], dead: Int) {
            self.stages = stages
            self.dead = dead
        }
    }

    /// Work that was given up after so many attempts.
    package struct DeadJob: Codable, Sendable {
        package var id: JobID
        package var kind: String
        /// Null for what is about no call.
        package var callID: CallID?
        package var attempts: Int
        package var createdAt: Timestamp
        /// When it was given up.
        package var since: Timestamp
        package var error: ProcessingError?

        package init(
            id: JobID, kind: String, callID: CallID?, attempts: Int, createdAt: Timestamp, since: Timestamp,
            error: ProcessingError?
        ) {
            self.id = id
            self.kind = kind
            self.callID = callID
            self.attempts = attempts
            self.createdAt = createdAt
            self.since = since
            self.error = error
        }
    }

    /// What has been done again.
    package struct Retried: Codable, Sendable {
        package var calls: Int

        package init(calls: Int) {
            self.calls = calls
        }
    }

    /// How the processing keeps up, over all tenants.
    package struct Throughput: Codable, Sendable {
        /// Calls that are on their way, by stage.
        package var stages: [StageCount]
        package var analysedLastHour: Int
        package var analysedLastDay: Int
        package var failedLastDay: Int
        /// Seconds of audio that arrived and that were written down in the last hour.
        package var recordedSecondsLastHour: Double
        package var transcribedSecondsLastHour: Double
        /// Seconds of audio that wait.
        package var waitingSeconds: Double
        /// Whether more waits than an hour ago.
        package var isFallingBehind: Bool
        /// Bytes of recordings a day, the mean of a week.
        package var recordingBytesPerDay: Int64
        /// Bytes that are free on the disk of recordings, but for the reserve; null with an object store.
        package var freeBytes: Int64?
        /// Days until they are used at that rate; null where nothing arrives or nothing is known.
        package var daysLeft: Double?

        package init(
            stages: [StageCount], analysedLastHour: Int, analysedLastDay: Int, failedLastDay: Int,
            recordedSecondsLastHour: Double, transcribedSecondsLastHour: Double, waitingSeconds: Double,
            isFallingBehind: Bool, recordingBytesPerDay: Int64, freeBytes: Int64?, daysLeft: Double?
        ) {
            self.stages = stages
            self.analysedLastHour = analysedLastHour
            self.analysedLastDay = analysedLastDay
            self.failedLastDay = failedLastDay
            self.recordedSecondsLastHour = recordedSecondsLastHour
            self.transcribedSecondsLastHour = transcribedSecondsLastHour
            self.waitingSeconds = waitingSeconds
            self.isFallingBehind = isFallingBehind
            self.recordingBytesPerDay = recordingBytesPerDay
            self.freeBytes = freeBytes
            self.daysLeft = daysLeft
        }
    }
}
