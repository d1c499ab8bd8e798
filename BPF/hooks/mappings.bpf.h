/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* mmap, munmap and mremap. */

static __always_inline void fill_mapped(struct bpfleak_mapped *record, struct caller *caller,
					__u64 address)
{
	record->address = address;
	record->bytes = BPFLEAK_ARG2(caller->regs);
	record->prot = BPFLEAK_ARG3(caller->regs);
	if (record->prot & PROT_READ && implies_exec(caller->task))
		record->prot |= PROT_EXEC;
	record->flags = BPFLEAK_ARG4(caller->regs);
	record->reserved = 0;
}

static __always_inline void identify_file(struct bpfleak_mapped_file *record,
					  struct task_struct *task, __s32 fd)
{
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **files = BPF_CORE_READ(table, fd);
	struct super_block *super;
	struct inode *inode;
	struct file *file = 0;

	record->inode = 0;
	record->device = 0;
	record->page_bytes = 0;
	record->generation = 0;
	if (fd < 0 || (__u32)fd >= BPF_CORE_READ(table, max_fds))
		return;
	bpf_probe_read_kernel(&file, sizeof(file), files + fd);
	inode = BPF_CORE_READ(file, f_inode);
	super = BPF_CORE_READ(inode, i_sb);
	record->inode = BPF_CORE_READ(inode, i_ino);
	record->generation = BPF_CORE_READ(inode, i_generation);
	record->device = BPF_CORE_READ(super, s_dev);
	if (BPF_CORE_READ(super, s_magic) == HUGETLBFS_MAGIC)
		record->page_bytes = BPF_CORE_READ(super, s_blocksize);
	if (implies_exec(task) && (BPF_CORE_READ(super, s_iflags) & SB_I_NOEXEC ||
				   BPF_CORE_READ(file, f_path.mnt, mnt_flags) & MNT_NOEXEC))
		record->mapped.prot &= ~PROT_EXEC;
}

/* At the return the address is known. The arguments come from the saved registers. */
HOOK("tracepoint/syscalls/sys_exit_mmap", "memory was mapped, and where")
int mmap_returned(struct syscall_exit *context)
{
	struct bpfleak_mapped_file *file_record;
	struct bpfleak_mapped *record;
	struct caller caller;
	__u64 flags;

	if (!find_caller(&caller))
		return 0;
	flags = BPFLEAK_ARG4(caller.regs);
	if (failed(context->result)) {
		/* A MAP_FIXED call may fail after it has removed the old mappings. */
		if (flags & MAP_FIXED)
			emit_unsure(&caller, BPFLEAK_ARG1(caller.regs), BPFLEAK_ARG2(caller.regs),
				    context->number);
		return 0;
	}
	if (BPFLEAK_ARG3(caller.regs) & PROT_EXEC)
		note_code(caller.space, context->result);
	if (flags & MAP_ANONYMOUS) {
		record = BEGIN(&caller, BPFLEAK_MAPPED, bpfleak_mapped);
		if (!record)
			return 0;
		fill_mapped(record, &caller, context->result);
		return send(context, record);
	}
	file_record = BEGIN(&caller, BPFLEAK_MAPPED_FILE, bpfleak_mapped_file);
	if (!file_record)
		return 0;
	fill_mapped(&file_record->mapped, &caller, context->result);
	file_record->fd = BPFLEAK_ARG5(caller.regs);
	file_record->offset = BPFLEAK_ARG6(caller.regs);
	identify_file(file_record, caller.task, file_record->fd);
	return send(context, file_record);
}

/* At the entry, because once the call has taken effect another thread can be given the address. */
HOOK("tracepoint/syscalls/sys_enter_munmap", "memory is about to be unmapped")
int munmap_entered(struct syscall_enter *context)
{
	struct bpfleak_unmapping *record;
	struct caller caller;

	if (!find_caller(&caller))
		return 0;
	record = RESERVE(&caller, BPFLEAK_UNMAPPING, bpfleak_unmapping);
	if (!record)
		return 0;
	record->address = context->arguments[0];
	record->bytes = context->arguments[1];
	submit(record);
	return 0;
}

/* Emits only failures: the reader then takes back what the entry made it remove. */
HOOK("tracepoint/syscalls/sys_exit_munmap", "an unmapping failed")
int munmap_returned(struct syscall_exit *context)
{
	struct bpfleak_unmap_failed *record;
	struct caller caller;

	if (!context->result || !find_caller(&caller))
		return 0;
	record = RESERVE(&caller, BPFLEAK_UNMAP_FAILED, bpfleak_unmap_failed);
	if (!record)
		return 0;
	record->result = context->result;
	submit(record);
	return 0;
}

/* At the entry, because the old range can be reused before the call returns. */
HOOK("tracepoint/syscalls/sys_enter_mremap", "memory is about to be moved or resized")
int mremap_entered(struct syscall_enter *context)
{
	struct bpfleak_remapping *record;
	struct caller caller;

	if (!find_caller(&caller))
		return 0;
	record = RESERVE(&caller, BPFLEAK_REMAPPING, bpfleak_remapping);
	if (!record)
		return 0;
	record->address = context->arguments[0];
	record->bytes = context->arguments[1];
	submit(record);
	return 0;
}

static __always_inline void fill_remapped(struct bpfleak_remapped *record, struct pt_regs *regs,
					  __s64 result)
{
	record->old_address = BPFLEAK_ARG1(regs);
	record->old_bytes = BPFLEAK_ARG2(regs);
	record->new_bytes = BPFLEAK_ARG3(regs);
	record->flags = BPFLEAK_ARG4(regs);
	record->new_address = BPFLEAK_ARG5(regs);
	record->result = result;
}

HOOK("tracepoint/syscalls/sys_exit_mremap", "memory was moved or resized, and where it is now")
int mremap_returned(struct syscall_exit *context)
{
	struct bpfleak_remapped *record;
	struct caller caller;

	if (!find_caller(&caller))
		return 0;
	if (failed(context->result)) {
		record = RESERVE(&caller, BPFLEAK_REMAPPED, bpfleak_remapped);
		if (!record)
			return 0;
		fill_remapped(record, caller.regs, context->result);
		submit(record);
		return 0;
	}
	record = BEGIN(&caller, BPFLEAK_REMAPPED, bpfleak_remapped);
	if (!record)
		return 0;
	fill_remapped(record, caller.regs, context->result);
	return send(context, record);
}
