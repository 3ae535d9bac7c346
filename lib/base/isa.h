/*
 * One source, several instruction sets.  A file lib/ROOM/simd_NAME.c is compiled once for every
 * level, with ISA defined as base, v3 or v4, and ends in a table of its functions, named with
 * SIMD().  Callers take the best table that this processor can run:
 *
 *     simd_norm.c:  const struct norm_kernels SIMD(norm_kernels) = {...};
 *     norm.h:       extern const struct norm_kernels norm_kernels_base, norm_kernels_v3, norm_kernels_v4;
 *     a caller:     ISA_PICK(norm_kernels)->forward(...);
 *
 * base is what the compiler takes for granted (SSE2 on x86-64) and the only level elsewhere; v3 has
 * AVX2 and FMA, v4 AVX-512.  Results differ between levels by rounding.
 */
#ifndef BASE_ISA_H
#define BASE_ISA_H

#define ISA_JOIN_(name, level) name##_##level
#define ISA_JOIN(name, level) ISA_JOIN_(name, level)
/* name_base, name_v3 or name_v4: the name in the copy being compiled. */
#define SIMD(name) ISA_JOIN(name, ISA)

enum isa { ISA_BASE, ISA_V3, ISA_V4 };

/* The best level of this processor, or what the environment variable TENSTREAM_ISA (base, v3, v4)
 * lowers it to.  Found out when the program starts; the same ever after. */
enum isa isa_level(void);
const char *isa_name(enum isa level);

#ifdef __x86_64__
#define ISA_LEVELS 3
#define ISA_AT(table, level) ((level) == ISA_V4 ? &table##_v4 : (level) == ISA_V3 ? &table##_v3 : &table##_base)
#else
#define ISA_LEVELS 1
#define ISA_AT(table, level) ((void)(level), &table##_base)
#endif
#define ISA_PICK(table) ISA_AT(table, isa_level())

#endif
