/// How long what is over is kept for those who look it up; what tenants decide themselves is in the catalogue of settings.
enum RetentionPeriods {
    private static let day = Duration.seconds(86_400)

    /// After an invitation was accepted, revoked or ran out.
    static let invitations = day * 90
    /// After a request for an account was decided, or never confirmed.
    static let setupRequests = day * 180
    /// After an archive could be fetched no more; of its rows alone, the bytes went before.
    static let exports = day * 365
}
