/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COUNTED_MALLOC_H
#define COUNTED_MALLOC_H

/* How many times this program has called malloc, calloc, realloc or aligned_alloc. */
unsigned long counted_mallocs(void);

#endif
