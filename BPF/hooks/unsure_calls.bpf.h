/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rare calls that map or unmap something of the kernel's choosing: the reader asks the kernel again. */

static __always_inline int emit_unsure_on_success(struct syscall_exit *context)
{
	struct caller caller;

	if (!failed(context->result) && find_caller(&caller))
		emit_unsure(&caller, 0, 0, context->number);
	return 0;
}

HOOK("tracepoint/syscalls/sys_exit_io_setup", "the kernel mapped a ring for asynchronous I/O")
BUILT_WITH("CONFIG_AIO")
WITHOUT("these rings are found when the tables are checked")
int io_setup_returned(struct syscall_exit *context)
{
	return emit_unsure_on_success(context);
}

HOOK("tracepoint/syscalls/sys_exit_io_destroy", "the kernel unmapped a ring for asynchronous I/O")
BUILT_WITH("CONFIG_AIO")
WITHOUT("the end of these rings is found when the tables are checked")
int io_destroy_returned(struct syscall_exit *context)
{
	return emit_unsure_on_success(context);
}

HOOK("tracepoint/syscalls/sys_exit_remap_file_pages", "pages of a file changed places in memory")
WITHOUT("these changes are found when the tables are checked")
int remap_file_pages_returned(struct syscall_exit *context)
{
	return emit_unsure_on_success(context);
}

HOOK("tracepoint/syscalls/sys_exit_map_shadow_stack", "the kernel mapped a shadow stack")
SINCE("6.6")
BUILT_WITH("CONFIG_X86_USER_SHADOW_STACK or CONFIG_ARM64_GCS")
WITHOUT("new shadow stacks are found when the tables are checked")
int map_shadow_stack_returned(struct syscall_exit *context)
{
	return emit_unsure_on_success(context);
}
