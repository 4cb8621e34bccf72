import Jobs

/// Ends the wait of calls for recordings that did not come, and fails calls whose job died with its process.
struct SettleCallsJob: Job {
    static let kind = "settle_calls"
}

/// Removes for good what has been in the bin long enough.
struct PurgeBinJob: Job {
    static let kind = "purge_bin"
}

/// Removes bytes that no row has named for a day.
struct SweepBlobsJob: Job {
    static let kind = "sweep_blobs"
}
