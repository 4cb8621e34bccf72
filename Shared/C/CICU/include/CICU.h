#pragma once

// ICU's own headers stay out of sight: Foundation brings others of the same names, and a program that sees both does not
// compile. ICU also renames each function with its version by a macro, which Swift does not see.

#include <stdint.h>

typedef struct icu_words icu_words;

// A word breaker of the root locale over UTF-16 text that must stay where it is until icu_words_close; NULL when it fails.
icu_words *icu_words_open(const uint16_t *text, int32_t length);

void icu_words_close(icu_words *words);

// The next boundary, or -1.
int32_t icu_words_next(icu_words *words);

// Whether what ends at this boundary is a word or a number, not space or punctuation.
int icu_words_is_word(icu_words *words);

// NFKC with full case folding; answers the length, or -1 when it does not fit or fails.
int32_t icu_fold(const uint16_t *text, int32_t length, uint16_t *out, int32_t capacity);
