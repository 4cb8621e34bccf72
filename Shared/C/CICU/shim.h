#pragma once

#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utypes.h>

// ICU renames each function with its version by a macro, which Swift does not see: hence these.

// A word breaker of the root locale over text that must stay where it is until icu_words_close; NULL when it fails.
static inline UBreakIterator *icu_words_open(const UChar *text, int32_t length) {
    UErrorCode status = U_ZERO_ERROR;
    UBreakIterator *words = ubrk_open(UBRK_WORD, "", text, length, &status);
    if (U_FAILURE(status)) {
        if (words) ubrk_close(words);
        return NULL;
    }
    return words;
}

static inline void icu_words_close(UBreakIterator *words) { ubrk_close(words); }

// The next boundary, or -1.
static inline int32_t icu_words_next(UBreakIterator *words) { return ubrk_next(words); }

// Whether what ends at this boundary is a word or a number, not space or punctuation.
static inline int icu_words_is_word(UBreakIterator *words) { return ubrk_getRuleStatus(words) >= UBRK_WORD_NONE_LIMIT; }

// NFKC with full case folding; answers the length, or -1 when it does not fit or fails.
static inline int32_t icu_fold(const UChar *text, int32_t length, UChar *out, int32_t capacity) {
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *folder = unorm2_getNFKCCasefoldInstance(&status);
    if (U_FAILURE(status)) return -1;
    int32_t written = unorm2_normalize(folder, text, length, out, capacity, &status);
    return U_FAILURE(status) ? -1 : written;
}
