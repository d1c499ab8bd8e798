/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The call paths of clones.
 *
 * A thread that runs on a reused stack was not created where that stack was mapped, so the call path
 * of the clone itself is wanted too. These programs capture it at the entry and keep it until
 * task_newtask reports the new task: a program there cannot tail-call one on a system call.
 */

static __always_inline int capture_clone(void *context, __u64 flags, __u64 stack)
{
	struct bpfleak_header *header;
	struct caller caller;

	if (!(flags & CLONE_VM) || flags & CLONE_VFORK || !stack || !find_caller(&caller))
		return 0;
	header = BEGIN(&caller, BPFLEAK_TASK_CREATED, bpfleak_header);
	return header ? send(context, header) : 0;
}

HOOK("tracepoint/syscalls/sys_enter_clone", "where a thread is created")
PART("call paths")
WITHOUT("threads made with clone have no call path")
int clone_entered(struct syscall_enter *context)
{
	return capture_clone(context, context->arguments[0], context->arguments[1]);
}

HOOK("tracepoint/syscalls/sys_enter_clone3", "where a thread is created (glibc from 2.34)")
PART("call paths")
WITHOUT("threads made with clone3 have no call path")
int clone3_entered(struct syscall_enter *context)
{
	struct clone_arguments arguments = {};

	if (bpf_probe_read_user(&arguments, sizeof(arguments), (void *)context->arguments[0]))
		return 0;
	return capture_clone(context, arguments.flags, arguments.stack);
}
