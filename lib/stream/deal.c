#include "stream/parts.h"

#include "base/fail.h"
#include "base/mem.h"
#include "base/tempfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

/* Each sample waits behind its class. */
struct deal {
    struct parts *to;
    const struct shares *shares;
    uint64_t seed;
    bool by_hash;
    struct strata *strata;
    FILE *spool;                                    /* NULL until there are samples */
    int64_t samples, bytes;                         /* bytes: of a sample */
};

struct deal *deal_new(struct parts *to, const struct shares *shares, uint64_t seed, bool by_hash)
{
    struct deal *d = xcalloc(1, sizeof *d);

    *d = (struct deal){.to = to, .shares = shares, .seed = seed, .by_hash = by_hash,
                       .strata = strata_new(shares, seed)};
    return d;
}

void deal_free(struct deal *d)
{
    if (!d)
        return;
    if (d->spool)
        fclose(d->spool);
    strata_free(d->strata);
    free(d);
}

static int spool_failed(struct ten_err *e)
{
    return fail(e, TEN_E_DATA, "%s: %s: expected temporary space for the whole stream; TMPDIR names "
                "another folder", temp_folder(), strerror(errno));
}

static int open_spool(struct deal *d, struct ten_err *e)
{
    const int fd = temp_file(e);

    if (fd < 0)
        return -1;
    if (!(d->spool = fdopen(fd, "w+"))) {
        spool_failed(e);
        close(fd);
        return -1;
    }
    return 0;
}

int deal_sample(struct deal *d, const void *block, int64_t bytes, int64_t class, struct ten_err *e)
{
    if (d->by_hash)
        return parts_give(d->to, apportion_hash(d->shares, XXH3_64bits_withSeed(block, (size_t)bytes,
                                                                              d->seed)), block);
    if (!d->spool && open_spool(d, e) < 0)
        return -1;
    d->bytes = bytes;
    d->samples++;
    strata_count(d->strata, class);
    if (fwrite(&class, sizeof class, 1, d->spool) != 1 ||
        (bytes > 0 && fwrite(block, (size_t)bytes, 1, d->spool) != 1))
        return spool_failed(e);
    return 0;
}

static int deal_waiting(struct deal *d, void *block, struct ten_err *e)
{
    for (int64_t i = 0; i < d->samples; i++) {
        int64_t class;

        if (fread(&class, sizeof class, 1, d->spool) != 1 ||
            (d->bytes > 0 && fread(block, (size_t)d->bytes, 1, d->spool) != 1))
            return spool_failed(e);
        if (parts_give(d->to, strata_deal(d->strata, class), block) < 0)
            return -1;
    }
    return 0;
}

int deal_finish(struct deal *d, struct ten_err *e)
{
    void *block;
    int rc;

    if (!d->spool)
        return 0;
    if (fflush(d->spool) != 0 || fseeko(d->spool, 0, SEEK_SET) != 0)
        return spool_failed(e);
    block = xmalloc((size_t)d->bytes);
    rc = deal_waiting(d, block, e);
    free(block);
    return rc;
}
