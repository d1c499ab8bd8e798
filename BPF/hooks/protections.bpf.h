/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* mprotect and pkey_mprotect. A failed call is told too: it may have changed the first of its areas. */

static __always_inline void fill_protected(struct bpfleak_protected *record, struct pt_regs *regs,
					   __s64 result)
{
	record->address = BPFLEAK_ARG1(regs);
	record->bytes = BPFLEAK_ARG2(regs);
	record->prot = BPFLEAK_ARG3(regs);
	record->result = result;
}

static __always_inline int emit_protected(struct syscall_exit *context)
{
	struct bpfleak_protected *record;
	struct caller caller;

	if (!find_caller(&caller))
		return 0;
	/* Each area may end up with another protection here. */
	if (implies_exec(caller.task)) {
		emit_unsure(&caller, BPFLEAK_ARG1(caller.regs), BPFLEAK_ARG2(caller.regs),
			    context->number);
		return 0;
	}
	if (BPFLEAK_ARG3(caller.regs) & PROT_EXEC && !context->result)
		note_code(caller.space, BPFLEAK_ARG1(caller.regs));
	/* malloc's arenas grow by making memory writable, so the call path matters. */
	if (BPFLEAK_ARG3(caller.regs) & PROT_WRITE && !context->result) {
		record = BEGIN(&caller, BPFLEAK_PROTECTED, bpfleak_protected);
		if (!record)
			return 0;
		fill_protected(record, caller.regs, context->result);
		return send(context, record);
	}
	record = RESERVE(&caller, BPFLEAK_PROTECTED, bpfleak_protected);
	if (!record)
		return 0;
	fill_protected(record, caller.regs, context->result);
	submit(record);
	return 0;
}

HOOK("tracepoint/syscalls/sys_exit_mprotect", "memory was made writable, read-only or inaccessible")
int mprotect_returned(struct syscall_exit *context)
{
	return emit_protected(context);
}

HOOK("tracepoint/syscalls/sys_exit_pkey_mprotect", "the protection of memory was changed with a protection key")
WITHOUT("changes made with pkey_mprotect are found when the tables are checked")
int pkey_mprotect_returned(struct syscall_exit *context)
{
	return emit_protected(context);
}
