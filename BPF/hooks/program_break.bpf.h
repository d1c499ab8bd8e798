/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* brk. `submit_break` in shared/send.h says why the record holds mm->brk and not the result. */

HOOK("tracepoint/syscalls/sys_exit_brk", "the heap of the program grew or shrank")
int brk_returned(struct syscall_exit *context)
{
	struct bpfleak_break_set *record;
	struct caller caller;

	if (!find_caller(&caller))
		return 0;
	/* When brk fails, or is only asked for the break, its result differs from its argument. */
	if ((__u64)context->result != BPFLEAK_ARG1(caller.regs))
		return 0;
	if (implies_exec(caller.task)) {
		record = RESERVE(&caller, BPFLEAK_BREAK_SET, bpfleak_break_set);
		if (record)
			submit_break(record, &caller, context);
		emit_unsure(&caller, 0, 0, context->number);
		return 0;
	}
	record = BEGIN(&caller, BPFLEAK_BREAK_SET, bpfleak_break_set);
	if (!record)
		return 0;
	if (bpfleak_config.call_paths)
		return send(context, record);
	submit_break(record, &caller, context);
	return 0;
}
