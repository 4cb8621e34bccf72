import Models

/// Words that a carrier speaks, with the language in which it speaks them.
struct Spoken: Sendable, Equatable {
    var words: String
    /// As carriers know it, such as `de-DE`.
    var language: String
}

/// What people hear of us on the telephone.
enum VoiceText: String, CaseIterable, Sendable {
    /// That the call is recorded.
    case announcement
    /// The question whether it may be.
    case consent
    /// For an agent whose mobile phone rings.
    case accept
    case hold
    /// Before somebody leaves a message.
    case greeting
    case nobody
    case thanks
}

/// The words of the house in every language that has them.
///
/// One block a language: its tag, how carriers call it (the locale that `Say` takes at both), and a line for each text.
enum VoiceTexts {
    private static let text = """
        en en-US
        announcement This call is recorded.
        consent This call would be recorded. Press any key if you agree.
        accept You have a call. Press any key to take it.
        hold Please hold the line.
        greeting Nobody can take your call right now. Please leave a message after the tone.
        nobody Nobody can take your call right now. We will call you back.
        thanks Thank you. Goodbye.

        de de-DE
        announcement Dieses Gespräch wird aufgezeichnet.
        consent Dieses Gespräch würde aufgezeichnet. Drücken Sie eine beliebige Taste, wenn Sie einverstanden sind.
        accept Sie haben einen Anruf. Drücken Sie eine beliebige Taste, um ihn anzunehmen.
        hold Bitte bleiben Sie in der Leitung.
        greeting Im Moment kann niemand Ihren Anruf annehmen. Bitte hinterlassen Sie nach dem Signalton eine Nachricht.
        nobody Im Moment kann niemand Ihren Anruf annehmen. Wir rufen Sie zurück.
        thanks Vielen Dank. Auf Wiederhören.

        fr fr-FR
        announcement Cet appel est enregistré.
        consent Cet appel serait enregistré. Appuyez sur une touche si vous êtes d'accord.
        accept Vous avez un appel. Appuyez sur une touche pour le prendre.
        hold Veuillez patienter.
        greeting Personne ne peut prendre votre appel pour le moment. Veuillez laisser un message après le signal sonore.
        nobody Personne ne peut prendre votre appel pour le moment. Nous vous rappellerons.
        thanks Merci. Au revoir.

        es es-ES
        announcement Esta llamada se graba.
        consent Esta llamada se grabaría. Pulse cualquier tecla si está de acuerdo.
        accept Tiene una llamada. Pulse cualquier tecla para atenderla.
        hold Por favor, no cuelgue.
        greeting En este momento nadie puede atender su llamada. Deje un mensaje después de la señal.
        nobody En este momento nadie puede atender su llamada. Le devolveremos la llamada.
        thanks Gracias. Adiós.

        it it-IT
        announcement Questa chiamata viene registrata.
        consent Questa chiamata verrebbe registrata. Prema un tasto qualsiasi se è d'accordo.
        accept Ha una chiamata. Prema un tasto qualsiasi per rispondere.
        hold Resti in linea, per favore.
        greeting In questo momento nessuno può rispondere. Lasci un messaggio dopo il segnale acustico.
        nobody In questo momento nessuno può rispondere. La richiameremo.
        thanks Grazie. Arrivederci.
        """

    private struct Language {
        var locale: String
        var texts: [VoiceText: String]
    }

    private static let languages: [String: Language] = {
        var found: [String: Language] = [:]
        for block in text.split(separator: "\n\n") {
            let lines = block.split(separator: "\n")
            guard let names = lines.first?.split(separator: " "), names.count == 2 else { continue }
            var texts: [VoiceText: String] = [:]
            for line in lines.dropFirst() {
                let parts = line.split(separator: " ", maxSplits: 1)
                if parts.count == 2, let kind = VoiceText(rawValue: String(parts[0])) { texts[kind] = String(parts[1]) }
            }
            found[String(names[0])] = Language(locale: String(names[1]), texts: texts)
        }
        return found
    }()

    /// Locales of languages that carriers speak and the house has no words in: what people have written themselves.
    private static let locales = """
        ar arb, bg bg-BG, ca ca-ES, cs cs-CZ, da da-DK, el el-GR, et et-EE, fi fi-FI, gl gl-ES, he he-IL, hi hi-IN, hr hr-HR,
        hu hu-HU, id id-ID, is is-IS, ja ja-JP, ko ko-KR, lt lt-LT, lv lv-LV, ms ms-MY, nb nb-NO, nl nl-NL, no nb-NO, pl pl-PL,
        pt pt-BR, ro ro-RO, ru ru-RU, sk sk-SK, sl sl-SI, sr sr-RS, sv sv-SE, th th-TH, tr tr-TR, uk uk-UA, vi vi-VN, yue yue-CN,
        zh cmn-CN
        """

    private static let others: [Substring: String] = {
        var found: [Substring: String] = [:]
        for pair in locales.split(separator: ",") {
            let parts = pair.split { $0 == " " || $0 == "\n" }
            if parts.count == 2 { found[parts[0]] = String(parts[1]) }
        }
        return found
    }()

    /// The languages that have words of the house.
    static let tags: [String] = languages.keys.sorted()

    static func has(_ language: String?) -> Bool { language.map { languages[$0] != nil } ?? false }

    /// The words of the house; in English where a language has none.
    static func spoken(_ text: VoiceText, in language: String) -> Spoken {
        let tag = languages[language]?.texts[text] == nil ? "en" : language
        return Spoken(words: languages[tag]?.texts[text] ?? "", language: locale(of: tag))
    }

    /// How carriers call a language; one that they may not know by its tag alone.
    static func locale(of language: String) -> String {
        languages[language]?.locale ?? others[language[...]] ?? language
    }
}

/// What is said in one call: by the line's own words, in the language of whoever hears them.
struct VoiceWords: Sendable, Equatable {
    /// What the other side speaks, as far as the house has words in it.
    var language: String
    /// What the account's own people speak, who have written the texts of their own.
    var house: String
    var texts: CallsAPI.LineTexts?
    /// The language of the line's texts.
    var textLanguage: String

    /// `callee` is what the other side probably speaks, `line` and `tenant` what the line and the account have set.
    init(callee: String?, line: CallsAPI.LineRouting?, tenant: String) {
        let house = LeadLanguage.base(of: tenant) ?? "en"
        let own = line?.language
        self.house = house
        textLanguage = own ?? house
        texts = line?.texts
        language = [callee, own, house].compactMap { $0 }.first { VoiceTexts.has($0) } ?? "en"
    }

    /// The line's words where it has them, else those of the house.
    subscript(text: VoiceText) -> Spoken {
        guard let words = own(text) else { return VoiceTexts.spoken(text, in: language) }
        return Spoken(words: words, language: VoiceTexts.locale(of: textLanguage))
    }

    /// What an agent hears, who speaks what the account does.
    func toAgent(_ text: VoiceText) -> Spoken {
        VoiceTexts.spoken(text, in: house)
    }

    /// What somebody of the account has written.
    func written(_ words: String) -> Spoken { Spoken(words: words, language: VoiceTexts.locale(of: textLanguage)) }

    private func own(_ text: VoiceText) -> String? {
        switch text {
        case .announcement: texts?.announcement
        case .consent: texts?.consent
        case .hold: texts?.hold
        case .greeting: texts?.greeting
        case .nobody: texts?.nobody
        case .thanks: texts?.thanks
        case .accept: nil
        }
    }
}
