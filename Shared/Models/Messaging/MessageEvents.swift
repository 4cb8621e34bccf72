/// What somebody has written that carriers give a meaning to.
package enum MessageKeyword: String, Codable, CaseIterable, Sendable {
    case stop, start, help
}

/// The data of the event `message.received`: that somebody has written, and whether a keyword says what they want.
///
/// The words themselves stay in messaging.
package struct MessageReceived: Codable, Sendable {
    package var channel: ContactChannel
    /// E.164, or an address of mail.
    package var from: String
    package var keyword: MessageKeyword?
    package var receivedAt: Timestamp

    package init(channel: ContactChannel, from: String, keyword: MessageKeyword?, receivedAt: Timestamp) {
        self.channel = channel
        self.from = from
        self.keyword = keyword
        self.receivedAt = receivedAt
    }
}
