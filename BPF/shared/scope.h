/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which processes and address spaces are traced, and what the tracer calls them. */
#ifndef BPFLEAK_SCOPE_H
#define BPFLEAK_SCOPE_H

/* Keys are mm_struct addresses. Empty and unused when the scope is the system. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, __u8);
} scope_spaces SEC(".maps");

/* Process ids in scope. A task that exits or execs no longer has its mm, so its pid stands for it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, __u32);
	__type(value, __u8);
} scope_pids SEC(".maps");

/* Processes that left `scope_pids` as their last thread ended, and when each had begun.
 *
 * The kernel counts a thread down before it reports its exit. Of two threads that end at once each
 * is the last, and the exit that is reported second must still be told. Old entries may go at any
 * time. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} ended_pids SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} cgroups SEC(".maps");

/* The entry of `pid` for a namespace level. The kernel decides how many numbers[] has and how large
 * each is. */
static __always_inline void *upid_at(struct pid *pid, __u64 level)
{
	return (void *)pid + bpf_core_field_offset(struct pid, numbers) +
	       level * bpf_core_type_size(struct upid);
}

/* The process or thread id in the tracer's pid namespace; 0 when it cannot be seen there. */
static __always_inline __u32 id_in_namespace(struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	__u32 level = bpfleak_shared.pid_ns_level;
	struct pid_namespace *ns = 0;
	int nr = 0;

	if (!pid || BPF_CORE_READ(pid, level) < level || level > 32)
		return 0;
	void *entry = upid_at(pid, level);
	bpf_probe_read_kernel(&ns, sizeof(ns), entry + bpf_core_field_offset(struct upid, ns));
	if (!ns || BPF_CORE_READ(ns, ns.inum) != bpfleak_shared.pid_ns_inode)
		return 0;
	bpf_probe_read_kernel(&nr, sizeof(nr), entry + bpf_core_field_offset(struct upid, nr));
	return nr;
}

static __always_inline __u32 thread_id(struct task_struct *task)
{
	return bpfleak_shared.pid_ns_inode ? id_in_namespace(task) : task->pid;
}

static __always_inline __u32 process_id(struct task_struct *task)
{
	return bpfleak_shared.pid_ns_inode ? id_in_namespace(BPF_CORE_READ(task, group_leader))
					   : task->tgid;
}

static __always_inline void scope_add(__u64 space, __u32 pid, __u8 why)
{
	if (space)
		bpf_map_update_elem(&scope_spaces, &space, &why, BPF_ANY);
	if (pid)
		bpf_map_update_elem(&scope_pids, &pid, &why, BPF_ANY);
}

/* Whether the current task's changes of `space` are traced. */
static __always_inline int space_in_scope(__u64 space, __u32 pid)
{
	if (!pid || !space || pid == bpfleak_config.own_pid)
		return 0;
	if (bpfleak_config.scope == BPFLEAK_SCOPE_SYSTEM)
		return 1;
	if (bpf_map_lookup_elem(&scope_spaces, &space))
		return 1;
	if (bpfleak_config.by_pid && bpf_map_lookup_elem(&scope_pids, &pid)) {
		scope_add(space, pid, BPFLEAK_ASKED_FOR);
		return 1;
	}
	if (bpfleak_config.by_cgroup && bpf_current_task_under_cgroup(&cgroups, 0) == 1) {
		scope_add(space, pid, BPFLEAK_ASKED_FOR);
		return 1;
	}
	return 0;
}

static __always_inline int pid_in_scope(__u32 pid)
{
	if (!pid || pid == bpfleak_config.own_pid)
		return 0;
	return bpfleak_config.scope == BPFLEAK_SCOPE_SYSTEM ||
	       bpf_map_lookup_elem(&scope_pids, &pid) != 0;
}

static __always_inline int comm_wanted(const char *comm)
{
	for (int i = 0; i < BPFLEAK_COMM_LENGTH; i++) {
		if (comm[i] != bpfleak_config.comm[i])
			return 0;
		if (!comm[i])
			return 1;
	}
	return 1;
}

/* Whether the process `pid` is in scope once its name is `comm`. */
static __always_inline int scope_by_comm(const char *comm, __u64 space, __u32 pid)
{
	if (comm_wanted(comm)) {
		scope_add(space, pid, BPFLEAK_ASKED_FOR);
		return 1;
	}
	return 0;
}

/* Whether the process `pid` that began then was in scope until its last thread ended. */
static __always_inline int has_ended(__u32 pid, __u64 began)
{
	__u64 *ended = bpf_map_lookup_elem(&ended_pids, &pid);

	return ended && *ended == began;
}

/* The task that makes a system call, when its space is in scope. */
struct caller {
	struct task_struct *task;
	struct pt_regs *regs;
	__u64 space;
	__u32 pid;
	__u32 tid;
};

static __always_inline int find_caller(struct caller *caller)
{
	struct task_struct *task = bpf_get_current_task_btf();

	caller->task = task;
	caller->space = (__u64)task->mm;
	caller->pid = process_id(task);
	caller->tid = thread_id(task);
	if (!space_in_scope(caller->space, caller->pid))
		return 0;
	caller->regs = (struct pt_regs *)bpf_task_pt_regs(task);
	return 1;
}

#endif
