/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COUNTED_MALLOC_H
#define COUNTED_MALLOC_H

/* Calls of malloc, calloc, realloc and aligned_alloc by this program until now. */
unsigned long counted_mallocs(void);

#endif
