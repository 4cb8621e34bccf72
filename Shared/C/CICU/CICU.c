#include "CICU.h"

#include <unicode/ubrk.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utypes.h>

icu_words *icu_words_open(const uint16_t *text, int32_t length) {
    UErrorCode status = U_ZERO_ERROR;
    UBreakIterator *words = ubrk_open(UBRK_WORD, "", text, length, &status);
    if (U_FAILURE(status)) {
        if (words) ubrk_close(words);
        return NULL;
    }
    return (icu_words *)words;
}

void icu_words_close(icu_words *words) { ubrk_close((UBreakIterator *)words); }

int32_t icu_words_next(icu_words *words) { return ubrk_next((UBreakIterator *)words); }

int icu_words_is_word(icu_words *words) { return ubrk_getRuleStatus((UBreakIterator *)words) >= UBRK_WORD_NONE_LIMIT; }

int32_t icu_fold(const uint16_t *text, int32_t length, uint16_t *out, int32_t capacity) {
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *folder = unorm2_getNFKCCasefoldInstance(&status);
    if (U_FAILURE(status)) return -1;
    int32_t written = unorm2_normalize(folder, text, length, out, capacity, &status);
    return U_FAILURE(status) ? -1 : written;
}
