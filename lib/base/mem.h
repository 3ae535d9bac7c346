#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Running out of memory ends the process: one line on standard error, exit status 1.
 * Only the public stream API reports it to its caller instead. */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *p, size_t size);
void *xaligned(size_t size);                    /* 64-byte aligned; free() */
/* Zeros that take no memory until they are written, for what may never be; from 2 MiB on they begin on a border of that
 * size, and the kernel is asked for huge pages.  xzeros_free(), of NULL too. */
void *xzeros(size_t size);
void xzeros_free(void *p, size_t size);
/* The same, or NULL where there is no room. */
void *mem_map(size_t size);
/* Give the whole pages of p[0..bytes), from one of these, back to the system: zeros again, that take no memory. */
void mem_forget(void *p, size_t bytes);
char *xstrdup(const char *s);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Get the pages of p[0..bytes), which are about to be written, in one call: one by one each costs a fault, which in virtual
 * machines takes many times as long as clearing the page.  What is there already stays as it is.  A hint: may do nothing. */
void mem_populate(void *p, size_t bytes);
/* Whether the page of p is in memory. */
bool mem_is_there(const void *p);

/* What is freed from now on stays with the process: what is allocated later has its pages already.  For measurements. */
void mem_keep(void);

/* What the message of xmalloc starts with; the tool's name.  Set once, before threads start. */
void mem_set_name(const char *name);

/* Checked arithmetic on sizes: false when the result does not fit, and *r is then undefined. */
static inline bool mul_i64(int64_t a, int64_t b, int64_t *r) { return !__builtin_mul_overflow(a, b, r); }
static inline bool add_i64(int64_t a, int64_t b, int64_t *r) { return !__builtin_add_overflow(a, b, r); }

#endif
