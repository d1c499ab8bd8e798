/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How a program declares itself.
 *
 * A declaration becomes BTF tags of the program, beside its code in the object. The loader and
 * `bpfleak doctor` read them there (Sources/KernelTracer/HookDeclaration.swift), so no list of
 * hooks is kept anywhere else. libbpf removes the tags for kernels that do not know them.
 *
 *	HOOK("tp_btf/exit_mmap", "an address space has ended")
 *	SINCE("6.1")
 *	WITHOUT("the exit of its last process tells")
 *	int BPF_PROG(space_ended, struct mm_struct *mm)
 *
 * Several programs may share one place. The loader takes the first whose helpers the kernel has.
 */
#ifndef BPFLEAK_HOOK_H
#define BPFLEAK_HOOK_H

#include <bpf/bpf_helpers.h>

#define BPFLEAK_DECLARES(key, text) __attribute__((btf_decl_tag("bpfleak." key "=" text)))

/* Where the program runs (tracepoint/CATEGORY/NAME, tp_btf/NAME or iter/NAME), and what it tells. */
#define HOOK(place, purpose) SEC(place) BPFLEAK_DECLARES("purpose", purpose)

/* Tracing goes on where this hook is absent; `lost` says how its facts are then found, or that they
 * are not. A hook without this line is required. */
#define WITHOUT(lost) BPFLEAK_DECLARES("without", lost)

/* The first kernel that has the hook, where that is after our oldest one (5.15). */
#define SINCE(release) BPFLEAK_DECLARES("since", release)

/* The option that a kernel must be built with to have the hook. */
#define BUILT_WITH(option) BPFLEAK_DECLARES("built-with", option)

/* Loaded only when a run asks for this part: a case of Hook.Part in Swift. */
#define PART(name) BPFLEAK_DECLARES("part", name)

#endif
