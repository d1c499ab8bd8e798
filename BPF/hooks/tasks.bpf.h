/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Beginnings and ends of threads, processes and address spaces. */

/* Anyone may drop the last reference to a space, so the current task says nothing. */
HOOK("tp_btf/exit_mmap", "an address space has ended")
SINCE("6.1")
WITHOUT("the exit of the last process in a space ends it")
int BPF_PROG(space_ended, struct mm_struct *mm)
{
	__u64 space = (__u64)mm;
	struct bpfleak_space_ended *record;

	forget_code(space);
	if (bpfleak_config.scope != BPFLEAK_SCOPE_SYSTEM &&
	    bpf_map_delete_elem(&scope_spaces, &space))
		return 0;
	record = reserve(BPFLEAK_SPACE_ENDED, sizeof(*record), space, 0, 0);
	if (record)
		submit(record);
	return 0;
}

HOOK("tp_btf/sched_process_exit", "a thread has ended, and whether its process ends with it")
int BPF_PROG(task_exited, struct task_struct *task)
{
	struct bpfleak_task_exited *record;
	__u64 began = task->group_leader->start_time;
	__u32 pid = process_id(task);
	__u32 last;

	if (task->flags & PF_KTHREAD || !(pid_in_scope(pid) || has_ended(pid, began)))
		return 0;
	last = BPF_CORE_READ(task, signal, live.counter) == 0;
	if (bpfleak_config.scope != BPFLEAK_SCOPE_SYSTEM && last) {
		bpf_map_update_elem(&ended_pids, &pid, &began, BPF_ANY);
		bpf_map_delete_elem(&scope_pids, &pid);
	}
	record = reserve(BPFLEAK_TASK_EXITED, sizeof(*record), 0, pid, thread_id(task));
	if (!record)
		return 0;
	record->last = last;
	record->group_exit = !!(BPF_CORE_READ(task, signal, flags) & SIGNAL_GROUP_EXIT);
	record->reserved = 0;
	record->code = task->exit_code;
	submit(record);
	return 0;
}

/* Runs when the new space is in place. */
HOOK("tp_btf/sched_process_exec", "a process runs a new program in a new address space")
int BPF_PROG(task_execed, struct task_struct *task, __u32 old_tid, struct linux_binprm *program)
{
	__u64 space = (__u64)task->mm;
	__u32 pid = process_id(task);
	struct bpfleak_execed *record;
	char comm[BPFLEAK_COMM_LENGTH] = {};

	forget_code(space);
	BPF_CORE_READ_INTO(&comm, task, comm);
	if (bpfleak_config.scope == BPFLEAK_SCOPE_SYSTEM) {
		if (!space_in_scope(space, pid))
			return 0;
	} else {
		__u8 *why = bpf_map_lookup_elem(&scope_pids, &pid);
		int stays;

		if (bpfleak_config.by_comm)
			stays = scope_by_comm(comm, space, pid);
		else
			stays = (why && *why == BPFLEAK_ASKED_FOR) || space_in_scope(space, pid);
		if (!stays && !why)
			return 0;
		if (stays) {
			scope_add(space, pid, BPFLEAK_ASKED_FOR);
		} else {
			/* The process was in scope until now, so the record tells that it left. */
			bpf_map_delete_elem(&scope_pids, &pid);
			space = 0;
		}
	}
	record = reserve(BPFLEAK_EXECED, sizeof(*record), space, pid, pid);
	if (!record)
		return 0;
	/* Seen from an inner namespace, the old thread id no longer has a name. */
	record->old_tid = bpfleak_shared.pid_ns_inode ? 0 : old_tid;
	record->reserved = 0;
	__builtin_memcpy(record->comm, comm, sizeof(comm));
	fill_totals(&record->totals, task->mm);
	if (bpf_probe_read_kernel_str(record->exe, sizeof(record->exe),
				      BPF_CORE_READ(program, filename)) < 0)
		record->exe[0] = 0;
	submit(record);
	return 0;
}

/* Runs in the parent before the child does, for every flavor of clone, fork and vfork. */
HOOK("tp_btf/task_newtask", "a thread or process was made, and the stack pointer it starts with")
int BPF_PROG(task_created, struct task_struct *child, __u64 flags)
{
	struct bpfleak_task_created *record;
	__u64 child_space = (__u64)child->mm;
	struct pt_regs *child_regs;
	struct caller caller;

	if (!child_space || !find_caller(&caller))
		return 0;
	if (child_space != caller.space) {
		if (bpfleak_config.scope != BPFLEAK_SCOPE_SYSTEM && !bpfleak_config.follow)
			child_space = 0;
	}
	if (bpfleak_config.scope != BPFLEAK_SCOPE_SYSTEM && child_space && !(flags & CLONE_THREAD))
		scope_add(child_space, process_id(child),
			  bpfleak_config.follow ? BPFLEAK_ASKED_FOR : BPFLEAK_SHARES_SPACE);
	if (child_space)
		inherit_code(caller.space, child_space);
	record = RESERVE(&caller, BPFLEAK_TASK_CREATED, bpfleak_task_created);
	if (!record)
		return 0;
	child_regs = (struct pt_regs *)bpf_task_pt_regs(child);
	if (flags & CLONE_VM)
		record->header.stack = take_clone(caller.task);
	record->flags = flags;
	record->child_space = child_space;
	record->child_sp = BPFLEAK_SP(child_regs);
	record->parent_sp = BPFLEAK_SP(caller.regs);
	record->child_pid = process_id(child);
	record->child_tid = thread_id(child);
	BPF_CORE_READ_INTO(&record->comm, child, comm);
	fill_totals(&record->totals, child->mm);
	submit(record);
	return 0;
}

HOOK("tp_btf/task_rename", "a thread has a new name, so that records need not carry names")
int BPF_PROG(task_renamed, struct task_struct *task, const char *comm)
{
	__u64 space = (__u64)task->mm;
	struct bpfleak_renamed *record;
	__u32 pid = process_id(task);
	__u32 tid = thread_id(task);
	char name[BPFLEAK_COMM_LENGTH] = {};
	int leaves = 0;

	if (!space || bpf_probe_read_kernel_str(name, sizeof(name), comm) < 0)
		return 0;
	if (bpfleak_config.by_comm && tid == pid)
		leaves = !scope_by_comm(name, space, pid);
	if (!pid_in_scope(pid))
		return 0;
	if (leaves) {
		bpf_map_delete_elem(&scope_spaces, &space);
		bpf_map_delete_elem(&scope_pids, &pid);
	}
	record = reserve(BPFLEAK_RENAMED, sizeof(*record), space, pid, tid);
	if (!record)
		return 0;
	__builtin_memcpy(record->comm, name, sizeof(name));
	record->leaves_scope = leaves;
	record->reserved = 0;
	submit(record);
	return 0;
}
