/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* System V shared memory: shmat and shmdt. */

static __always_inline struct bpfleak_attached *begin_attached(struct syscall_exit *context,
							       struct caller *caller)
{
	struct bpfleak_attached *record;

	if (failed(context->result) || !find_caller(caller))
		return 0;
	record = BEGIN(caller, BPFLEAK_ATTACHED, bpfleak_attached);
	if (!record)
		return 0;
	record->address = context->result;
	record->bytes = 0;
	record->shmid = BPFLEAK_ARG1(caller->regs);
	record->prot = 0;
	record->inode = 0;
	record->device = 0;
	record->generation = 0;
	return record;
}

struct attached_area {
	__u64 bytes;
	__u64 inode;
	__u32 prot;
	__u32 device;
	__u32 generation;
};

static long note_area(struct task_struct *task, struct vm_area_struct *vma,
		      struct attached_area *area)
{
	struct inode *inode = BPF_CORE_READ(vma, vm_file, f_inode);

	area->bytes = vma->vm_end - vma->vm_start;
	area->prot = vma->vm_flags & 7;
	area->inode = BPF_CORE_READ(inode, i_ino);
	area->generation = BPF_CORE_READ(inode, i_generation);
	area->device = BPF_CORE_READ(inode, i_sb, s_dev);
	return 0;
}

/* The length of a segment is not an argument of shmat, so the new area is looked at. */
HOOK("tracepoint/syscalls/sys_exit_shmat", "a shared memory segment was attached, and its length")
SINCE("5.17")
BUILT_WITH("CONFIG_SYSVIPC")
WITHOUT("the length of each segment is asked for after the call")
int shmat_returned(struct syscall_exit *context)
{
	struct attached_area area = {};
	struct bpfleak_attached *record;
	struct caller caller;

	if (!failed(context->result))
		bpf_find_vma(bpf_get_current_task_btf(), context->result, note_area, &area, 0);
	record = begin_attached(context, &caller);
	if (!record)
		return 0;
	record->bytes = area.bytes;
	record->prot = area.prot;
	record->inode = area.inode;
	record->device = area.device;
	record->generation = area.generation;
	return send(context, record);
}

/* The same for kernels before 5.17, which lack bpf_find_vma. */
HOOK("tracepoint/syscalls/sys_exit_shmat", "a shared memory segment was attached")
BUILT_WITH("CONFIG_SYSVIPC")
WITHOUT("attached segments are found when the tables are checked")
int shmat_returned_5_15(struct syscall_exit *context)
{
	struct caller caller;
	struct bpfleak_attached *record = begin_attached(context, &caller);

	return record ? send(context, record) : 0;
}

HOOK("tracepoint/syscalls/sys_enter_shmdt", "a shared memory segment is about to be detached")
BUILT_WITH("CONFIG_SYSVIPC")
WITHOUT("detached segments are found when the tables are checked")
int shmdt_entered(struct syscall_enter *context)
{
	struct bpfleak_detaching *record;
	struct caller caller;

	if (!find_caller(&caller))
		return 0;
	record = RESERVE(&caller, BPFLEAK_DETACHING, bpfleak_detaching);
	if (!record)
		return 0;
	record->address = context->arguments[0];
	submit(record);
	return 0;
}
