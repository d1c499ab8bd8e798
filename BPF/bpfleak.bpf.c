// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The table of contents of the kernel side. BPF/README.md tells how its parts fit together.
 *
 * The programs observe every change of every address space and emit it. No policy lives here. What
 * frees addresses is recorded when the call is entered, what maps them when it returns. The ring
 * keeps one order over all processors, so a reader never sees an address handed out again before it
 * sees it freed.
 */
#include "bpfleak_wire.h"
#include "shared/kernel_types.h"
#include "shared/kernel_constants.h"
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile struct bpfleak_config bpfleak_config;
struct bpfleak_shared bpfleak_shared;

#include "shared/hook.h"
#include "shared/scope.h"
#include "shared/ring.h"
#include "shared/space_code.h"
#include "shared/fingerprint.h"
#include "shared/call_path.h"
#include "shared/send.h"

/* Hooks are attached in this order, and within a source from top to bottom. Ends and beginnings of
 * spaces come first: the kernel uses an mm_struct again at once, and a call of a new process would
 * be taken for one of a process whose end was not seen. So a typed hook (tp_btf) comes before the
 * first tracepoint: its file goes after tasks.bpf.h. */
#include "hooks/tasks.bpf.h"
#include "hooks/clones.bpf.h"
#include "hooks/mappings.bpf.h"
#include "hooks/protections.bpf.h"
#include "hooks/program_break.bpf.h"
#include "hooks/segments.bpf.h"
#include "hooks/unsure_calls.bpf.h"
#include "hooks/lists.bpf.h"
