/* Holds hiredis to the vectors, for check.py:
 *
 *     cc -o hiredis hiredis.c -lhiredis && ./check.py reply ./hiredis
 *
 * What is not in hiredis before 1.0 is left out there. */
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void text(const char *name, const char *s, size_t n) {
    printf(", \"%s\": \"", name);
    for (size_t i = 0; i < n; i++)
        printf("\\u%04x", (unsigned char)s[i]);
    putchar('"');
}

static void value(const redisReply *r);

static void list(const char *type, const redisReply *r) {
    printf("{\"t\": \"%s\", \"v\": [", type);
    for (size_t i = 0; i < r->elements; i++) {
        if (i > 0)
            putchar(',');
        value(r->element[i]);
    }
    printf("]}");
}

static void scalar(const char *type, const char *field, const char *s, size_t n) {
    printf("{\"t\": \"%s\"", type);
    if (field != NULL)
        text(field, s, n);
    putchar('}');
}

static void value(const redisReply *r) {
    char number[32];
    switch (r->type) {
    case REDIS_REPLY_STATUS: scalar("simple", "s", r->str, r->len); break;
    case REDIS_REPLY_ERROR: scalar("err", "s", r->str, r->len); break;
    case REDIS_REPLY_STRING: scalar("bulk", "s", r->str, r->len); break;
    case REDIS_REPLY_NIL: scalar("null", NULL, NULL, 0); break;
    case REDIS_REPLY_ARRAY: list("array", r); break;
    case REDIS_REPLY_INTEGER:
        snprintf(number, sizeof number, "%lld", r->integer);
        scalar("int", "i", number, strlen(number));
        break;
#ifdef REDIS_REPLY_MAP
    case REDIS_REPLY_MAP: list("map", r); break;
    case REDIS_REPLY_SET: list("set", r); break;
    case REDIS_REPLY_PUSH: list("push", r); break;
    case REDIS_REPLY_ATTR: list("attr", r); break;
    case REDIS_REPLY_BOOL: printf("{\"t\": \"bool\", \"b\": %s}", r->integer ? "true" : "false"); break;
    case REDIS_REPLY_DOUBLE:
        snprintf(number, sizeof number, "%.17g", r->dval);
        scalar("double", "d", number, strlen(number));
        break;
    case REDIS_REPLY_BIGNUM: scalar("bigint", "s", r->str, r->len); break;
    case REDIS_REPLY_VERB:
        printf("{\"t\": \"verbatim\"");
        text("fmt", r->vtype, 3);
        text("s", r->str, r->len);
        putchar('}');
        break;
#endif
    }
}

int main(void) {
    char *line = NULL;
    size_t size = 0;
    for (ssize_t n; (n = getline(&line, &size, stdin)) > 0;) {
        size_t length = (size_t)(n - 1) / 2;
        for (size_t i = 0; i < length; i++) {
            unsigned byte;
            sscanf(line + 2 * i, "%2x", &byte);
            line[i] = (char)byte;
        }
        redisReader *reader = redisReaderCreate();
        redisReaderFeed(reader, line, length);
        printf("{\"values\": [");
        for (const char *comma = ""; reader->pos < reader->len; comma = ",") {
            void *reply = NULL;
            if (redisReaderGetReply(reader, &reply) != REDIS_OK || reply == NULL)
                break;
            fputs(comma, stdout);
            value(reply);
            freeReplyObject(reply);
        }
        if (reader->err)
            puts("], \"error\": \"\"}");
        else if (reader->ridx >= 0 || reader->pos < reader->len)
            puts("], \"incomplete\": true}");
        else
            puts("]}");
        fflush(stdout);
        redisReaderFree(reader);
    }
    return 0;
}
