#pragma once

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// What OpenSSL offers as a macro, which Swift cannot call.

// Everything about a server's context that no setting changes. Tickets carry the sessions, so nothing is kept here; buffers
// go back while a connection waits.
static inline void switchboard_tls_harden(SSL_CTX *context) {
    SSL_CTX_set_options(
        context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE
                     | SSL_OP_PRIORITIZE_CHACHA | SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

static inline int switchboard_tls_set_minimum(SSL_CTX *context, int version) {
    return SSL_CTX_set_min_proto_version(context, version);
}

static inline int switchboard_tls_set_groups(SSL_CTX *context, const char *names) {
    return SSL_CTX_set1_groups_list(context, names);
}

static inline void switchboard_bio_retry_read(BIO *bio) {
    BIO_clear_retry_flags(bio);
    BIO_set_retry_read(bio);
}

static inline void switchboard_bio_done(BIO *bio) { BIO_clear_retry_flags(bio); }

// The DNS name at a place among a certificate's alternative names; null when the name there is of another kind.
static inline const unsigned char *switchboard_dns_name(const GENERAL_NAMES *names, int index, int *length) {
    int kind = -1;
    const ASN1_STRING *text = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, index), &kind);
    if (kind != GEN_DNS || text == NULL) return NULL;
    *length = ASN1_STRING_length(text);
    return ASN1_STRING_get0_data(text);
}

static inline int switchboard_names_count(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }

static inline void switchboard_names_free(GENERAL_NAMES *names) { GENERAL_NAMES_free(names); }

static inline STACK_OF(X509) *switchboard_chain_new(void) { return sk_X509_new_null(); }

static inline int switchboard_chain_push(STACK_OF(X509) *chain, X509 *certificate) { return sk_X509_push(chain, certificate); }

static inline void switchboard_chain_free(STACK_OF(X509) *chain) { sk_X509_pop_free(chain, X509_free); }
