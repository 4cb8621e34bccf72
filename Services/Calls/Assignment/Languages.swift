/// The languages of ISO 639-1 that people are likely to speak on the telephone, their names, and where each is spoken.
///
/// A country of several languages without a first one, such as Switzerland, Belgium, Canada or India, has none here.
enum Languages {
    private static let names = """
        af Afrikaans, am Amharic, ar Arabic, as Assamese, az Azerbaijani, ba Bashkir, be Belarusian,
        bg Bulgarian, bn Bengali, bo Tibetan, br Breton, bs Bosnian, ca Catalan, cs Czech, cy Welsh, da Danish,
        de German, dz Dzongkha, el Greek, en English, es Spanish, et Estonian, eu Basque, fa Persian,
        fi Finnish, fj Fijian, fo Faroese, fr French, fy Frisian, ga Irish, gd Gaelic, gl Galician, gn Guarani,
        gu Gujarati, ha Hausa, haw Hawaiian, he Hebrew, hi Hindi, hr Croatian, ht Haitian, hu Hungarian,
        hy Armenian, id Indonesian, ig Igbo, is Icelandic, it Italian, ja Japanese, jv Javanese, ka Georgian,
        kk Kazakh, km Khmer, kn Kannada, ko Korean, ku Kurdish, ky Kyrgyz, la Latin, lb Luxembourgish,
        ln Lingala, lo Lao, lt Lithuanian, lv Latvian, mg Malagasy, mi Maori, mk Macedonian, ml Malayalam,
        mn Mongolian, mr Marathi, ms Malay, mt Maltese, my Burmese, nb Bokmal, ne Nepali, nl Dutch, nn Nynorsk,
        no Norwegian, ny Chichewa, oc Occitan, om Oromo, or Odia, pa Punjabi, pl Polish, ps Pashto,
        pt Portuguese, qu Quechua, rm Romansh, rn Kirundi, ro Romanian, ru Russian, rw Kinyarwanda,
        sa Sanskrit, sd Sindhi, se Sami, si Sinhala, sk Slovak, sl Slovenian, sm Samoan, sn Shona, so Somali,
        sq Albanian, sr Serbian, ss Swati, st Sotho, su Sundanese, sv Swedish, sw Swahili, ta Tamil, te Telugu,
        tg Tajik, th Thai, ti Tigrinya, tk Turkmen, tl Tagalog, tn Tswana, to Tongan, tr Turkish, ts Tsonga,
        tt Tatar, ug Uyghur, uk Ukrainian, ur Urdu, uz Uzbek, vi Vietnamese, wo Wolof, xh Xhosa, yi Yiddish,
        yo Yoruba, yue Cantonese, za Zhuang, zh Chinese, zu Zulu
        """

    /// As people who speak them write them down.
    private static let ownNames = """
        de deutsch, es español espanol castellano, fr français francais, it italiano,
        pt português portugues brasileiro, nl nederlands, pl polski, ru русский, uk українська,
        tr türkçe turkce, sv svenska, da dansk, nb norsk, fi suomi, cs čeština cestina, el ελληνικά, hu magyar,
        ro română romana, th ไทย, ja 日本語, zh 中文 mandarin, ko 한국어, vi tiếng-việt, id bahasa, ar العربية,
        he עברית iw, hi हिन्दी, fa farsi, tl filipino fil
        """

    private static let countries = """
        en US GB IE AU NZ JM BS BB TT GY BZ GH NG LR SL GM ZM ZW GD LC VC AG DM KN AI BM KY VG VI GU AS MP FJ
        de DE AT LI
        fr FR MC SN CI ML BF NE TG BJ GA CG CD GN GF GP MQ RE PM NC PF
        es ES MX AR CO PE VE CL EC GT CU DO HN SV NI CR PA UY PR GQ
        pt PT BR AO MZ CV GW ST
        it IT SM VA
        nl NL SR AW CW
        da DK
        nb NO SJ
        sv SE
        fi FI
        is IS
        fo FO
        et EE
        lv LV
        lt LT
        pl PL
        cs CZ
        sk SK
        hu HU
        ro RO MD
        bg BG
        el GR CY
        hr HR
        sl SI
        sr RS ME
        mk MK
        sq AL XK
        uk UA
        ru RU
        be BY
        tr TR
        ka GE
        hy AM
        az AZ
        kk KZ
        ky KG
        uz UZ
        tg TJ
        tk TM
        mn MN
        he IL
        ar EG SA AE QA KW BH OM YE JO LB SY IQ LY TN DZ MA SD MR PS
        fa IR
        ps AF
        ur PK
        bn BD
        ne NP
        si LK
        my MM
        th TH
        lo LA
        km KH
        vi VN
        id ID
        ms MY BN
        tl PH
        ja JP
        ko KR KP
        zh CN TW HK MO
        am ET
        so SO
        sw KE TZ UG
        rw RW
        rn BI
        mg MG
        ht HT
        mt MT
        sm WS
        to TO
        """

    private static let byName: [Substring: String] = {
        var found: [Substring: String] = [:]
        for entry in (names.lowercased() + ", " + ownNames).split(separator: ",") {
            let words = entry.split { $0 == " " || $0 == "\n" }
            guard let tag = words.first else { continue }
            for name in words { found[name] = found[name] ?? String(tag) }
        }
        return found
    }()

    private static let tags: Set<String> = Set(byName.values)

    private static let byCountry: [Substring: String] = {
        var found: [Substring: String] = [:]
        for line in countries.split(separator: "\n") {
            let words = line.split(separator: " ")
            for country in words.dropFirst() { found[country] = String(words[0]) }
        }
        return found
    }()

    /// How many there are.
    static var count: Int { tags.count }

    static func isKnown(_ tag: String) -> Bool { tags.contains(tag) }

    /// The tag of a name in lower case, English or the language's own.
    static func named(_ name: String) -> String? { byName[name[...]] }

    /// What nearly everybody speaks in a country (ISO 3166-1 alpha-2).
    static func ofCountry(_ country: String) -> String? { byCountry[country[...]] }
}
