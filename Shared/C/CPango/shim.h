#pragma once

#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <stdlib.h>
#include <string.h>

// A document of flowing text. Pango shapes (marks of Thai and the like stand where their font puts them, every script finds
// a font that has it), cairo writes; both through this, so that Swift sees one opaque pointer.

typedef struct {
    cairo_surface_t *surface;
    cairo_t *cairo;
    PangoLayout *layout;
    GByteArray *bytes;
    double width, height, margin, y;
    int pages, most_pages;
    int unknown_glyphs;
} pdf_document;

static inline cairo_status_t pdf_write(void *closure, const unsigned char *data, unsigned int length) {
    g_byte_array_append((GByteArray *)closure, data, length);
    return CAIRO_STATUS_SUCCESS;
}

static inline pdf_document *pdf_open(double width, double height, double margin, int most_pages) {
    pdf_document *document = calloc(1, sizeof *document);
    if (!document) return NULL;
    document->width = width, document->height = height, document->margin = margin, document->y = margin;
    document->pages = 1, document->most_pages = most_pages;
    document->bytes = g_byte_array_new();
    document->surface = cairo_pdf_surface_create_for_stream(pdf_write, document->bytes, width, height);
    document->cairo = cairo_create(document->surface);
    document->layout = pango_cairo_create_layout(document->cairo);
    pango_layout_set_wrap(document->layout, PANGO_WRAP_WORD_CHAR);
    return document;
}

static inline void pdf_title(pdf_document *document, const char *title) {
    cairo_pdf_surface_set_metadata(document->surface, CAIRO_PDF_METADATA_TITLE, title);
}

// Begins another page unless so much is left of this one; 0 when there are too many pages.
static inline int pdf_need(pdf_document *document, double height) {
    if (document->y + height <= document->height - document->margin) return 1;
    if (document->pages >= document->most_pages) return 0;
    cairo_show_page(document->cairo);
    document->pages++;
    document->y = document->margin;
    return 1;
}

// Writes a paragraph; 0 when it did not fit into the pages that are allowed.
static inline int pdf_text(
    pdf_document *document, const char *text, int length, double size, int is_bold, double indent, double gray, double after) {
    PangoFontDescription *font = pango_font_description_from_string("Sans");
    pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
    if (is_bold) pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
    pango_layout_set_font_description(document->layout, font);
    pango_font_description_free(font);
    pango_layout_set_width(document->layout, (int)((document->width - 2 * document->margin - indent) * PANGO_SCALE));
    pango_layout_set_text(document->layout, text, length);
    document->unknown_glyphs += pango_layout_get_unknown_glyphs_count(document->layout);
    cairo_set_source_rgb(document->cairo, gray, gray, gray);
    PangoLayoutIter *lines = pango_layout_get_iter(document->layout);
    int fits = 1;
    do {
        PangoRectangle box;
        pango_layout_iter_get_line_extents(lines, NULL, &box);
        double height = (double)box.height / PANGO_SCALE;
        double above = (double)(pango_layout_iter_get_baseline(lines) - box.y) / PANGO_SCALE;
        if (!(fits = pdf_need(document, height))) break;
        cairo_move_to(document->cairo, document->margin + indent + (double)box.x / PANGO_SCALE, document->y + above);
        pango_cairo_show_layout_line(document->cairo, pango_layout_iter_get_line_readonly(lines));
        document->y += height;
    } while (pango_layout_iter_next_line(lines));
    pango_layout_iter_free(lines);
    document->y += after;
    return fits;
}

static inline void pdf_rule(pdf_document *document) {
    cairo_set_source_rgb(document->cairo, 0.8, 0.8, 0.8);
    cairo_set_line_width(document->cairo, 0.5);
    cairo_move_to(document->cairo, document->margin, document->y);
    cairo_line_to(document->cairo, document->width - document->margin, document->y);
    cairo_stroke(document->cairo);
    document->y += 6;
}

// Ends the pages; the bytes stay until pdf_close.
static inline int pdf_finish(pdf_document *document) {
    cairo_surface_finish(document->surface);
    return cairo_surface_status(document->surface) == CAIRO_STATUS_SUCCESS;
}

static inline void pdf_close(pdf_document *document) {
    g_object_unref(document->layout);
    cairo_destroy(document->cairo);
    cairo_surface_destroy(document->surface);
    g_byte_array_unref(document->bytes);
    free(document);
}
