/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's lists of tasks and mappings, for snapshots. Each entry is one struct of bpfleak_lists.h. */

HOOK("iter/task", "lists threads and the address spaces they are in")
PART("lists")
WITHOUT("threads are read from the text of /proc")
int list_tasks(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;
	struct bpfleak_task entry = {};
	struct pid_namespace *ns = 0;
	struct pt_regs *regs;
	struct pid *pid;
	int nr = 0;

	if (!task || !task->mm)
		return 0;
	entry.space = (__u64)task->mm;
	entry.start_ns = task->start_time;
	entry.pid = process_id(task);
	entry.tid = thread_id(task);
	if (bpfleak_shared.pid_ns_inode)
		entry.parent_pid = id_in_namespace(BPF_CORE_READ(task, real_parent, group_leader));
	else
		entry.parent_pid = BPF_CORE_READ(task, real_parent, tgid);
	regs = (struct pt_regs *)bpf_task_pt_regs(task);
	if (regs)
		entry.sp = BPFLEAK_SP(regs);
	pid = BPF_CORE_READ(task, thread_pid);
	if (pid) {
		entry.pid_ns_level = BPF_CORE_READ(pid, level);
		if (entry.pid_ns_level <= 32) {
			void *upid = upid_at(pid, entry.pid_ns_level);

			bpf_probe_read_kernel(&ns, sizeof(ns),
					      upid + bpf_core_field_offset(struct upid, ns));
			bpf_probe_read_kernel(&nr, sizeof(nr),
					      upid + bpf_core_field_offset(struct upid, nr));
			entry.pid_ns_inode = BPF_CORE_READ(ns, ns.inum);
			entry.own_pid = nr;
		}
	}
	BPF_CORE_READ_INTO(&entry.comm, task, comm);
	fill_totals(&entry.totals, task->mm);
	bpf_seq_write(context->meta->seq, &entry, sizeof(entry));
	return 0;
}

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, char[BPFLEAK_PATH_LENGTH]);
} path_buffer SEC(".maps");

HOOK("iter/task_vma", "lists the mappings of each address space")
PART("lists")
WITHOUT("mappings are read from the text of /proc")
int list_mappings(struct bpf_iter__task_vma *context)
{
	struct vm_area_struct *vma = context->vma;
	struct task_struct *task = context->task;
	struct bpfleak_vma entry = {};
	struct super_block *super;
	struct inode *inode;
	struct file *file;
	__u32 zero = 0;
	char *path = 0;
	long length = 0;

	if (!task || !vma)
		return 0;
	/* The kernel goes through a space once for each of its threads; one of them is enough. */
	if (task->pid != task->tgid && BPF_CORE_READ(task, group_leader, mm))
		return 0;
	entry.space = (__u64)vma->vm_mm;
	entry.start = vma->vm_start;
	entry.end = vma->vm_end;
	entry.flags = vma->vm_flags;
	file = vma->vm_file;
	if (file) {
		inode = file->f_inode;
		super = BPF_CORE_READ(inode, i_sb);
		entry.has_file = 1;
		entry.offset = vma->vm_pgoff << bpfleak_config.page_shift;
		entry.inode = BPF_CORE_READ(inode, i_ino);
		entry.generation = BPF_CORE_READ(inode, i_generation);
		entry.device = BPF_CORE_READ(super, s_dev);
		if (entry.flags & VM_HUGETLB)
			entry.page_bytes = BPF_CORE_READ(super, s_blocksize);
		path = bpf_map_lookup_elem(&path_buffer, &zero);
		if (path)
			length = bpf_d_path(&file->f_path, path, BPFLEAK_PATH_LENGTH);
		/* The helper counts the closing NUL. A path that does not fit is left out. */
		if (length < 1 || length > BPFLEAK_PATH_LENGTH)
			length = 1;
		entry.path_length = length - 1;
	}
	bpf_seq_write(context->meta->seq, &entry, sizeof(entry));
	if (path && length > 1 && length <= BPFLEAK_PATH_LENGTH - 8)
		bpf_seq_write(context->meta->seq, path, ((__u32)length - 1 + 7) & 0xff8);
	return 0;
}
