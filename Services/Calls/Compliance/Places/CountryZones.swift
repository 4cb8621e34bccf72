/// The zones of each country, made of zone1970.tab; countries whose clocks agree share a line.
enum CountryZones {
    static let table = """
        AC BF CI GH GM GN IS ML MR SH SL SN TA TG Africa/Abidjan
        AD Europe/Andorra
        AE OM RE SC Asia/Dubai
        AF Asia/Kabul
        AG AI AW BL BQ CW DM GD GP KN LC MF MS PR SX TT VC VG VI America/Puerto_Rico
        AL Europe/Tirane
        AM Asia/Yerevan
        AO BJ CF CG CM GA GQ NE NG Africa/Lagos
        AR America/Argentina/Buenos_Aires
        AS Pacific/Pago_Pago
        AT Europe/Vienna
        AU Australia/Lord_Howe Australia/Hobart Australia/Broken_Hill Australia/Brisbane Australia/Darwin
        AU Australia/Perth Australia/Eucla
        AX FI Europe/Helsinki
        AZ Asia/Baku
        BA HR ME MK RS SI XK Europe/Belgrade
        BB America/Barbados
        BD Asia/Dhaka
        BE LU NL Europe/Brussels
        BG Europe/Sofia
        BH QA Asia/Qatar
        BI BW MW MZ RW ZM ZW Africa/Maputo
        BM Atlantic/Bermuda
        BN MY Asia/Kuching
        BO America/La_Paz
        BR America/Noronha America/Belem America/Campo_Grande America/Eirunepe
        BS America/Toronto
        BT Asia/Thimphu
        BY Europe/Minsk
        BZ America/Belize
        CA America/St_Johns America/Halifax America/Toronto America/Winnipeg America/Regina America/Edmonton
        CA America/Dawson_Creek America/Vancouver America/Panama America/Puerto_Rico
        CC MM Asia/Yangon
        CD Africa/Maputo Africa/Lagos
        CH DE LI Europe/Zurich
        CK Pacific/Rarotonga
        CL America/Santiago America/Punta_Arenas Pacific/Easter
        CN Asia/Shanghai Asia/Urumqi
        CO America/Bogota
        CR America/Costa_Rica
        CU America/Havana
        CV Atlantic/Cape_Verde
        CX KH LA TH VN Asia/Bangkok
        CY Asia/Nicosia
        CZ SK Europe/Prague
        DJ ER ET KE KM MG SO TZ UG YT Africa/Nairobi
        DK NO SE SJ Europe/Berlin
        DO America/Santo_Domingo
        DZ Africa/Algiers
        EC America/Guayaquil Pacific/Galapagos
        EE Europe/Tallinn
        EG Africa/Cairo
        EH Africa/El_Aaiun
        ES Europe/Madrid Atlantic/Canary
        FJ Pacific/Fiji
        FK Atlantic/Stanley
        FM Pacific/Kosrae Pacific/Port_Moresby
        FO Atlantic/Faroe
        FR MC Europe/Paris
        GB GG IM JE Europe/London
        GE Asia/Tbilisi
        GF America/Cayenne
        GI Europe/Gibraltar
        GL America/Godthab America/Danmarkshavn America/Thule
        GR Europe/Athens
        GT America/Guatemala
        GU MP Pacific/Guam
        GW Africa/Bissau
        GY America/Guyana
        HK Asia/Hong_Kong
        HN America/Tegucigalpa
        HT America/Port-au-Prince
        HU Europe/Budapest
        ID Asia/Jakarta Asia/Makassar Asia/Jayapura
        IE Europe/Dublin
        IL Asia/Jerusalem
        IN Asia/Kolkata
        IO Indian/Chagos
        IQ Asia/Baghdad
        IR Asia/Tehran
        IT SM VA Europe/Rome
        JM America/Jamaica
        JO Asia/Amman
        JP Asia/Tokyo
        KG Asia/Bishkek
        KI Pacific/Tarawa Pacific/Tongatapu Pacific/Kiritimati
        KP Asia/Pyongyang
        KR Asia/Seoul
        KW SA YE Asia/Riyadh
        KY PA America/Panama
        KZ Asia/Almaty
        LB Asia/Beirut
        LK Asia/Colombo
        LR Africa/Monrovia
        LS SZ ZA Africa/Johannesburg
        LT Europe/Vilnius
        LV Europe/Riga
        LY Africa/Tripoli
        MA Africa/Casablanca
        MD Europe/Chisinau
        MH TV WF Pacific/Tarawa
        MN Asia/Ulaanbaatar Asia/Hovd
        MO Asia/Macau
        MQ America/Martinique
        MT Europe/Malta
        MU Indian/Mauritius
        MV Indian/Maldives
        MX America/Mexico_City America/Cancun America/Matamoros America/Denver America/Mazatlan America/Tijuana
        NA Africa/Windhoek
        NC Pacific/Noumea
        NF Pacific/Norfolk
        NI America/Managua
        NP Asia/Kathmandu
        NR Pacific/Nauru
        NU Pacific/Niue
        NZ Pacific/Auckland Pacific/Chatham
        PE America/Lima
        PF Pacific/Tahiti Pacific/Marquesas Pacific/Gambier
        PG Pacific/Port_Moresby Pacific/Bougainville
        PH Asia/Manila
        PK Asia/Karachi
        PL Europe/Warsaw
        PM America/Miquelon
        PN Pacific/Pitcairn
        PS Asia/Gaza
        PT Europe/Lisbon Atlantic/Azores
        PW Pacific/Palau
        PY America/Asuncion
        RO Europe/Bucharest
        RU Europe/Kaliningrad Europe/Moscow Europe/Astrakhan Asia/Yekaterinburg Asia/Omsk Asia/Novosibirsk
        RU Asia/Irkutsk Asia/Chita Asia/Vladivostok Asia/Magadan Asia/Kamchatka
        SB Pacific/Guadalcanal
        SD Africa/Khartoum
        SG Asia/Singapore
        SR America/Paramaribo
        SS Africa/Juba
        ST Africa/Sao_Tome
        SV America/El_Salvador
        SY Asia/Damascus
        TC America/Grand_Turk
        TD Africa/Ndjamena
        TJ Asia/Dushanbe
        TK Pacific/Fakaofo
        TL Asia/Dili
        TM Asia/Ashgabat
        TN Africa/Tunis
        TO Pacific/Tongatapu
        TR Europe/Istanbul
        TW Asia/Taipei
        UA Europe/Simferopol Europe/Kiev
        US America/New_York America/Chicago America/Denver America/Phoenix America/Los_Angeles
        US America/Anchorage America/Adak Pacific/Honolulu
        UY America/Montevideo
        UZ Asia/Samarkand
        VE America/Caracas
        VU Pacific/Efate
        WS Pacific/Apia
        """
}
