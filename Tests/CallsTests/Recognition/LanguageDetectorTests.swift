import Testing

@testable import Calls

struct LanguageDetectorTests {
    @Test(
        arguments: [
            ("I would like to have a refund for the broken lamp please.", "en"),
            ("Quisiera hablar con un agente sobre mi factura", "es"),
            (
                "\u{E09}\u{E31}\u{E19}\u{E15}\u{E49}\u{E2D}\u{E07}\u{E01}\u{E32}\u{E23}\u{E0B}\u{E37}\u{E49}\u{E2D}",
                "th"
            ),
            // CLD2's own code of Hebrew is one that was replaced in 1989.
            (
                "\u{5E9}\u{5DC}\u{5D5}\u{5DD} \u{5DE}\u{5D4} \u{5E9}\u{5DC}\u{5D5}\u{5DE}\u{5DA} \u{5D4}\u{5D9}\u{5D5}\u{5DD} \u{5D0}\u{5E0}\u{5D9} \u{5E8}\u{5D5}\u{5E6}\u{5D4}",
                "he"
            ),
        ])
    func `a sentence tells its language`(_ text: String, _ language: String) {
        #expect(LanguageDetector.language(of: text) == language)
        // However long the text is, and where it is cut off.
        let long = Array(repeating: text, count: 110_000 / text.utf8.count).joined(separator: " ")
        #expect(LanguageDetector.language(of: long) == language)
    }

    @Test(arguments: [
        "", "Hi", "4111 1111 1111 1111 555 0123", "ok ok ok ok ok hmm hmm yes", "?!?!?!?!?!?!?!?!?!?!?!?!",
    ])
    func `what does not tell is not guessed`(_ text: String) {
        #expect(LanguageDetector.language(of: text) == nil)
        #expect(LanguageDetector.decide(asked: nil, heard: nil, words: []) == "und")
    }

    @Test func `a model that is not sure leaves it to the words, one of a single language does not`() {
        func heard(_ languages: Int, _ probability: Double) -> RecogniserOutput {
            var output = RecogniserOutput(pieceSeconds: [1])
            _ = output.take(Array("{\"event\":\"ready\",\"model\":\"m\",\"languages\":\(languages)}".utf8))
            _ = output.take(
                Array(
                    "{\"event\":\"segment\",\"piece\":0,\"language\":\"fr\",\"language_probability\":\(probability),\"start\":0,\"end\":1,\"text\":\"a\"}"
                        .utf8))
            return output
        }
        #expect(heard(99, 0.3).language == nil)
        #expect(heard(99, 0.9).language == "fr")
        #expect(heard(1, 0.3).language == "en")
    }
}
