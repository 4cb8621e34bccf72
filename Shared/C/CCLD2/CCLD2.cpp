#include "CCLD2.h"

// CLD2's headers use stderr without including what declares it.
#include <cstdio>
#include <cstring>

#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>

extern "C" int switchboard_language(
    const char *text, size_t length, char *buffer, size_t capacity, int *percent) {
    // A hundred thousand bytes tell as well as more.
    const int taken = length > 100000 ? 100000 : static_cast<int>(length);
    CLD2::Language languages[3] = {CLD2::UNKNOWN_LANGUAGE, CLD2::UNKNOWN_LANGUAGE, CLD2::UNKNOWN_LANGUAGE};
    int percents[3] = {0, 0, 0};
    double scores[3] = {0, 0, 0};
    int seen = 0;
    bool is_reliable = false;
    const CLD2::CLDHints hints = {nullptr, nullptr, CLD2::UNKNOWN_ENCODING, CLD2::UNKNOWN_LANGUAGE};
    // A text that was cut off in the middle of a character is read up to there.
    int valid = 0;
    CLD2::Language language = CLD2::ExtDetectLanguageSummaryCheckUTF8(
        text, taken, true, &hints, 0, languages, percents, scores, nullptr, &seen, &is_reliable, &valid);
    if (valid < taken && valid > 0) {
        language = CLD2::ExtDetectLanguageSummaryCheckUTF8(
            text, valid, true, &hints, 0, languages, percents, scores, nullptr, &seen, &is_reliable, &valid);
    }
    if (!is_reliable || language == CLD2::UNKNOWN_LANGUAGE) return 0;
    const char *code = CLD2::LanguageCode(language);
    const size_t size = std::strlen(code);
    if (size + 1 > capacity) return -1;
    std::memcpy(buffer, code, size + 1);
    *percent = percents[0];
    return static_cast<int>(size);
}
