import IO

/// What a service says on an idle connection that it is about to close, to its peers of the suite alone.
///
/// A request that crosses it on the way gets it for an answer and was not read: it may be sent again, whatever it is. 408 is
/// the status that RFC 9110, 15.5.9, has for that; the field tells it from a 408 of a handler.
package enum HTTPUnread {
    /// The field that marks it.
    package static let name = "x-switchboard-unread"

    static func append(to output: OutputBuffer) {
        output.append("HTTP/1.1 408 Request Timeout\r\nX-Switchboard-Unread: 1\r\n")
        output.append("Content-Length: 0\r\nConnection: close\r\n\r\n")
    }
}
