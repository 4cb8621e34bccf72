extension InternalAPI {
    /// How far a tenant's calls have come, for the wizard.
    package struct CallProgress: Codable, Sendable {
        /// A call and the stage of its processing.
        package struct Step: Codable, Sendable {
            package var callID: CallID
            package var stage: ProcessingStage
            package var startedAt: Timestamp

            package init(callID: CallID, stage: ProcessingStage, startedAt: Timestamp) {
                self.callID = callID
                self.stage = stage
                self.startedAt = startedAt
            }
        }

        package var newest: Step?
        /// The newest one that is analysed.
        package var analysed: Step?
        /// When one of the tenant's connections was last heard of.
        package var lastHookAt: Timestamp?

        package init(newest: Step?, analysed: Step?, lastHookAt: Timestamp? = nil) {
            self.newest = newest
            self.analysed = analysed
            self.lastHookAt = lastHookAt
        }
    }
}
