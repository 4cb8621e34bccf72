/// The languages that Whisper and its successors know: code of ISO 639-1 (or longer) and English name.
enum SpokenLanguages {
    private static let table: StaticString = """
        en english,zh chinese,de german,es spanish,ru russian,ko korean,fr french,ja japanese,pt portuguese,tr turkish
        pl polish,ca catalan,nl dutch,ar arabic,sv swedish,it italian,id indonesian,hi hindi,fi finnish,vi vietnamese
        he hebrew,uk ukrainian,el greek,ms malay,cs czech,ro romanian,da danish,hu hungarian,ta tamil,no norwegian
        th thai,ur urdu,hr croatian,bg bulgarian,lt lithuanian,la latin,mi maori,ml malayalam,cy welsh,sk slovak
        te telugu,fa persian,lv latvian,bn bengali,sr serbian,az azerbaijani,sl slovenian,kn kannada,et estonian
        mk macedonian,br breton,eu basque,is icelandic,hy armenian,ne nepali,mn mongolian,bs bosnian,kk kazakh
        sq albanian,sw swahili,gl galician,mr marathi,pa punjabi,si sinhala,km khmer,sn shona,yo yoruba,so somali
        af afrikaans,oc occitan,ka georgian,be belarusian,tg tajik,sd sindhi,gu gujarati,am amharic,yi yiddish,lo lao
        uz uzbek,fo faroese,ht haitian creole,ps pashto,tk turkmen,nn nynorsk,mt maltese,sa sanskrit,lb luxembourgish
        my myanmar,bo tibetan,tl tagalog,mg malagasy,as assamese,tt tatar,haw hawaiian,ln lingala,ha hausa,ba bashkir
        jw javanese,su sundanese,yue cantonese
        """

    private static let entries: [(code: String, name: String)] = "\(table)".split { $0 == "," || $0 == "\n" }
        .compactMap { entry in
            let parts = entry.trimmed.split(separator: " ", maxSplits: 1).map(String.init)
            return parts.count == 2 ? (parts[0], parts[1]) : nil
        }
    private static let codes = Set(entries.map(\.code))
    private static let codesByName = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.code) })

    static func isKnown(_ code: String) -> Bool { codes.contains(code) }

    /// The code of an English name; servers of other makers answer with the code itself.
    static func code(_ nameOrCode: String) -> String? {
        let name = nameOrCode.lowercased()
        return codes.contains(name) ? name : codesByName[name]
    }
}
