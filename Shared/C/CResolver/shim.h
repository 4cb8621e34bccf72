#pragma once

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>

// Asks for the TXT records of a name: at one IPv4 server, or with a null `server` at those of resolv.conf.
//
// Blocks for a few seconds at most. Each record goes into `out` as two bytes of its length, the high one first, and its
// strings put together; what has no room is left out. Answers how many bytes that is, or minus the resolver's h_errno.
static inline int resolver_find_texts(const char *name, const char *server, int port, unsigned char *out, int room) {
    struct __res_state state;
    memset(&state, 0, sizeof(state));
    if (res_ninit(&state) != 0) return -NO_RECOVERY;
    state.retrans = 2;
    state.retry = 2;
    state.options &= ~(RES_DEFNAMES | RES_DNSRCH);
    if (server != NULL) {
        struct sockaddr_in address;
        memset(&address, 0, sizeof(address));
        address.sin_family = AF_INET;
        address.sin_port = htons((unsigned short)port);
        if (inet_pton(AF_INET, server, &address.sin_addr) != 1) {
            res_nclose(&state);
            return -NO_RECOVERY;
        }
        state.nscount = 1;
        state.nsaddr_list[0] = address;
    }
    unsigned char answer[16384];
    int length = res_nquery(&state, name, ns_c_in, ns_t_txt, answer, sizeof(answer));
    int fault = state.res_h_errno;
    res_nclose(&state);
    if (length < 0) return -(fault > 0 ? fault : TRY_AGAIN);
    if (length > (int)sizeof(answer)) length = sizeof(answer);

    ns_msg message;
    if (ns_initparse(answer, length, &message) != 0) return -TRY_AGAIN;
    int written = 0;
    for (int index = 0; index < ns_msg_count(message, ns_s_an); index++) {
        ns_rr record;
        if (ns_parserr(&message, ns_s_an, index, &record) != 0) return -TRY_AGAIN;
        if (ns_rr_type(record) != ns_t_txt) continue;
        const unsigned char *bytes = ns_rr_rdata(record);
        int left = ns_rr_rdlen(record), start = written;
        if (written + 2 + left > room) break;
        written += 2;
        while (left > 0) {
            int count = bytes[0];
            if (count > left - 1) count = left - 1;
            memcpy(out + written, bytes + 1, (size_t)count);
            written += count;
            bytes += count + 1;
            left -= count + 1;
        }
        out[start] = (unsigned char)((written - start - 2) >> 8);
        out[start + 1] = (unsigned char)(written - start - 2);
    }
    return written;
}
