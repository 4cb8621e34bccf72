import Models
import Testing

@testable import Calls

@Suite struct CardNumberTests {
    private func redacted(_ lines: String...) -> (texts: [String], spans: [SilentSpan]) {
        let (transcript, spans) = CardNumberRules.redact(
            Conversation.transcript(lines.map { (Speaker.customer, $0) }))
        return (transcript.segments.map(\.text), spans)
    }

    @Test(
        arguments: [
            "4111 1111 1111 1111", "4111-1111-1111-1111", "4111111111111111",
            "four one one one, one one one one, one one one one, one one one one",
            "four triple one double one double one um double one double one then triple one one",
            "forty one eleven eleven eleven eleven eleven eleven eleven", "5500 oh oh oh 0 zero 0 0 000 04",
        ])
    func `a card's number is found however it is spoken`(_ number: String) {
        let (texts, spans) = redacted("Sure, my card is \(number), thank you.")
        #expect(texts == ["Sure, my card is [redacted], thank you."])
        #expect(spans.count == 1 && spans[0].startSeconds == 0 && spans[0].endSeconds == 3.3)
    }

    @Test func `a number across segments is found, whatever the other side says between`() {
        let lines: [(Speaker, String)] = [
            (.customer, "It is 4111 1111"), (.agent, "Yes, and then?"), (.customer, "1111 1111. Got it?"),
        ]
        let (transcript, spans) = CardNumberRules.redact(Conversation.transcript(lines))
        #expect(transcript.segments.map(\.text) == ["It is [redacted]", "Yes, and then?", "[redacted]. Got it?"])
        #expect(spans.map(\.startSeconds) == [0, 7.7])
        // The other side hears it too.
        #expect(spans.allSatisfy { $0.channel == nil })
    }

    @Test(
        arguments: [
            "4111 1111 1111 1112", "call me at 415 555 0123", "1 800 555 0199 extension 12345",
            "one two three", "0000 0000 0000 0000", "It was 2026 and we had 1500 users and 27 invoices",
        ])
    func `other numbers stay`(_ text: String) {
        let (texts, spans) = redacted(text)
        #expect(texts == [text])
        #expect(spans.isEmpty)
    }

    @Test func `what lies in a silent span is out of the text`() {
        let transcript = Conversation.transcript(Conversation.sale)
        let silenced = transcript.silenced(in: [SilentSpan(channel: 1, startSeconds: 0, endSeconds: 6)])
        #expect(silenced.segments[0].text == transcript.segments[0].text)
        #expect(silenced.segments[1].text == "[redacted]")
        #expect(silenced.segments[2].text == transcript.segments[2].text)
    }

    @Test func `spans survive the command line`() {
        for span in [
            SilentSpan(channel: nil, startSeconds: 0, endSeconds: 2.5),
            SilentSpan(channel: 1, startSeconds: 3, endSeconds: 1_000_000),
        ] {
            #expect(SilentSpan(argument: span.argument) == span)
        }
        for text in ["", "2:0-1", "*:1", "*:2-1", "x:0-1", "*:nan-1"] { #expect(SilentSpan(argument: text) == nil) }
    }
}
