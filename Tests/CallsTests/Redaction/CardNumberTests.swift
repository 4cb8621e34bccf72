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

    /// Words at one second each, half of it spoken.
    private static func timed(_ text: String, from start: Double = 0) -> [SpokenWord] {
        SpokenWord.align(
            text.split(separator: " ").enumerated().map {
                .init(start: start + Double($0), end: start + Double($0) + 0.5, text: String($1))
            }, with: text)
    }

    @Test func `where the times of words are known the number alone is silent`() {
        var transcript = Conversation.transcript([
            (.customer, "Sure, it is 4111 1111 1111 1111 thank you"), (.agent, "Thanks, and your name?"),
        ])
        transcript.segments[0].endSeconds = 9
        (transcript.segments[1].startSeconds, transcript.segments[1].endSeconds) = (10, 13)
        transcript.segments[0].words = Self.timed(transcript.segments[0].text)
        let (kept, spans) = CardNumberRules.redact(transcript)
        #expect(kept.segments.map(\.text) == ["Sure, it is [redacted] thank you", "Thanks, and your name?"])
        #expect(spans == [SilentSpan(channel: nil, startSeconds: 2.75, endSeconds: 6.75)])
        // What is silent already is not found again.
        let again = CardNumberRules.redact(transcript, silent: spans)
        #expect(again.spans.isEmpty && again.transcript.segments == kept.segments)
    }

    @Test func `a number across segments is silent in each of them where it was said`() {
        var transcript = Conversation.transcript([
            (.customer, "it is four one one one one one one one"), (.agent, "Go on."),
            (.customer, "double one double one one one one one okay"),
        ])
        for index in [0, 2] {
            let start = Double(index) * 20
            transcript.segments[index].startSeconds = start
            transcript.segments[index].endSeconds = start + 10
            transcript.segments[index].words = Self.timed(transcript.segments[index].text, from: start)
        }
        let (kept, spans) = CardNumberRules.redact(transcript)
        #expect(kept.segments.map(\.text) == ["it is [redacted]", "Go on.", "[redacted] okay"])
        #expect(spans.map(\.startSeconds) == [1.75, 39.75] && spans.map(\.endSeconds) == [9.75, 47.75])
    }

    @Test(
        arguments: [
            ("The CVV is 123.", "The CVV is [redacted]."),
            ("and the security code is one two three, okay", "and the security code is [redacted], okay"),
            ("4 5 6 is the code on the back", "[redacted] is the code on the back"),
            ("It expires oh nine twenty seven.", "It expires [redacted]."),
            ("valid until September 2027, right", "valid until [redacted], right"),
            ("expiry date 09/27", "expiry date [redacted]"),
            ("I need 12 of them, 500 each", "I need 12 of them, 500 each"),
            ("My number is 415 555 0123", "My number is 415 555 0123"),
        ])
    func `what belongs to a card goes with its number`(_ text: String, _ expected: String) {
        let (texts, spans) = redacted("It is 4111 1111 1111 1111", text)
        #expect(texts == ["It is [redacted]", expected])
        #expect(spans.count == (text == expected ? 1 : 2))
        // Far from a card's number nobody is silenced.
        #expect(redacted(text).texts == [text])
    }

    @Test(
        arguments: [
            // As a small model hears "four one one one, one one one one, ...", and a digit that it missed or mistook.
            ("Share my card numbers for 111 111 111 111 111", "Share my card numbers [redacted]"),
            ("My credit card is 4539 1488 0343 646", "My credit card is [redacted]"),
            ("It's a Visa, 4539 1488 0343 6468, okay?", "It's a Visa, [redacted], okay?"),
            ("My business card says 44 20 7946 0958 1", "My business card says 44 20 7946 0958 1"),
            (
                "The card number? I will send you 12 of them for 500",
                "The card number? I will send you 12 of them for 500"
            ),
        ])
    func `a number that is called a card's goes though it was misheard`(_ text: String, _ expected: String) {
        #expect(redacted(text).texts == [expected])
        let asked = Conversation.transcript([
            (.agent, "What is your card number?"), (.customer, "45 39 14 88 03 43 64 6"),
        ])
        #expect(CardNumberRules.redact(asked).transcript.segments[1].text == "[redacted]")
    }

    @Test func `the other side asks, and the answer goes`() {
        let lines: [(Speaker, String)] = [
            (.customer, "4111 1111 1111 1111"), (.agent, "And the three digits on the back?"),
            (.customer, "Let me see. Nine oh two."), (.agent, "And when does it expire?"),
            (.customer, "Twelve twenty nine"),
            (.agent, "That makes 250 dollars"),
        ]
        let (transcript, _) = CardNumberRules.redact(Conversation.transcript(lines))
        #expect(
            transcript.segments.map(\.text) == [
                "[redacted]", "And the three digits on the back?", "Let me see. [redacted].",
                "And when does it expire?",
                "[redacted]", "That makes 250 dollars",
            ])
        let breath = redacted("4111 1111 1111 1111 09 27 123, that is all 3 of them")
        #expect(breath.texts == ["[redacted] [redacted], that is all 3 of them"])
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
