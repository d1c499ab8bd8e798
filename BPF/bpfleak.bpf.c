// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Observes every change of every address space and emits it. No policy lives here.
 *
 * What frees addresses is recorded when the call is entered, what maps them when it returns: the
 * ring keeps one order over all processors, so a reader can never see an address handed out again
 * before it sees it freed.
 */
#include "kernel_types.h"
#include "bpfleak_wire.h"
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define MAP_SHARED 0x01
#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20
#define MREMAP_FIXED 2
#define SIGNAL_GROUP_EXIT 4
#define PF_KTHREAD 0x00200000
#define CLONE_VM 0x100
#define CLONE_VFORK 0x4000
#define CLONE_THREAD 0x10000
#define MAX_ERRNO 4095
#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4
#define READ_IMPLIES_EXEC 0x0400000
#define MNT_NOEXEC 0x04
#define SB_I_NOEXEC 0x02
#define HUGETLBFS_MAGIC 0x958458f6
#define VM_HUGETLB 0x00400000
#define PATH_BUFFER BPFLEAK_PATH_LENGTH

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile struct bpfleak_config bpfleak_config;
struct bpfleak_shared bpfleak_shared;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
} ring SEC(".maps");

/* Keys are mm_struct addresses. Empty and unused when the scope is the system. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, __u8);
} scope_spaces SEC(".maps");

/* A task that exits or execs has no mm of the scope any more: its process id stands for it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, __u32);
	__type(value, __u8);
} scope_pids SEC(".maps");

/* Processes that left `scope_pids` as their last thread ended, and when each had begun. The count of
 * threads goes down before an exit is reported: of two that end at once each is the last, and the
 * second one to report is still to be told. Old entries may go at any time. */
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

/* Which spaces lost records since the loader last looked. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, __u64);
} lost_spaces SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, char[PATH_BUFFER]);
} path_buffer SEC(".maps");

/* The record that is being made, where it is to have a stack. Of one processor there is only one:
 * programs on system calls are not interrupted by each other. */
struct pending {
	struct bpfleak_header header;
	__u8 rest[sizeof(struct bpfleak_mapped_file) - sizeof(struct bpfleak_header)];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct pending);
} pending_record SEC(".maps");

int send_with_stack(struct syscall_exit *context);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, int(void *));
} continuations SEC(".maps") = {
	.values = {(void *)&send_with_stack},
};

/* Process or thread id as the tracer's pid namespace has it; 0 when it cannot be seen there. */
static __always_inline __u32 id_in_namespace(struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	__u32 level = bpfleak_shared.pid_ns_level;
	struct pid_namespace *ns = 0;
	int nr = 0;

	if (!pid || BPF_CORE_READ(pid, level) < level || level > 32)
		return 0;
	/* numbers[] has one entry a namespace level; its size is the kernel's, not ours. */
	void *entry = (void *)pid + bpf_core_field_offset(struct pid, numbers) +
		      (__u64)level * bpf_core_type_size(struct upid);
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

/* Whether what the current task does to `space` is wanted. */
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

static __always_inline void count_loss(__u16 kind, __u64 space)
{
	__u64 one = 1, *count;

	if (kind < BPFLEAK_KIND_COUNT)
		__sync_fetch_and_add(&bpfleak_shared.lost[kind], 1);
	count = bpf_map_lookup_elem(&lost_spaces, &space);
	if (count)
		__sync_fetch_and_add(count, 1);
	else if (bpf_map_update_elem(&lost_spaces, &space, &one, BPF_ANY))
		__sync_fetch_and_add(&bpfleak_shared.lost_spaces_overflow, 1);
}

static __always_inline void fill_header(struct bpfleak_header *header, __u16 kind, __u16 length,
					__u64 space, __u32 pid, __u32 tid)
{
	header->kind = kind;
	header->length = length;
	header->stack = -1;
	header->pid = pid;
	header->tid = tid;
	header->when_ns = bpf_ktime_get_ns();
	header->space = space;
}

static __always_inline void *reserve(__u16 kind, __u16 length, __u64 space, __u32 pid, __u32 tid)
{
	struct bpfleak_header *header = bpf_ringbuf_reserve(&ring, length, 0);

	if (!header) {
		count_loss(kind, space);
		return 0;
	}
	fill_header(header, kind, length, space, pid, tid);
	return header;
}

/* A wake-up for each record costs more than the record: while there are any the reader polls, and is
 * woken early only when much is waiting. How much that is, is looked up in one sixteenth of the time,
 * by the clock: the look costs a tenth of a record. */
static __always_inline __u64 wake_flags(__u64 when_ns)
{
	if (bpfleak_shared.reader_waits) {
		bpfleak_shared.reader_waits = 0;
		return BPF_RB_FORCE_WAKEUP;
	}
	if (!(when_ns >> 8 & 15) &&
	    bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) > bpfleak_config.wake_bytes)
		return BPF_RB_FORCE_WAKEUP;
	return BPF_RB_NO_WAKEUP;
}

static __always_inline void submit(void *record)
{
	bpf_ringbuf_submit(record, wake_flags(((struct bpfleak_header *)record)->when_ns));
}

/* The caller of a system call, when it is wanted. */
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

#define RESERVE(caller, KIND, type)                                                                \
	((struct type *)reserve(KIND, sizeof(struct type), (caller)->space, (caller)->pid,         \
				(caller)->tid))

#include "user_stack.h"

/* A record that is to have a stack is made apart and sent by `send_with_stack`: the verifier takes
 * longer over that than over all else, so it is one program and not part of each. */
static __always_inline void *begin(struct caller *caller, __u16 kind, __u16 length)
{
	struct pending *pending;
	__u32 zero = 0;

	if (!bpfleak_config.stacks)
		return reserve(kind, length, caller->space, caller->pid, caller->tid);
	pending = bpf_map_lookup_elem(&pending_record, &zero);
	if (!pending)
		return 0;
	fill_header(&pending->header, kind, length, caller->space, caller->pid, caller->tid);
	return pending;
}

#define BEGIN(caller, KIND, type)                                                                  \
	((struct type *)({                                                                         \
		_Static_assert(sizeof(struct type) <= sizeof(struct pending), "too large");        \
		begin(caller, KIND, sizeof(struct type));                                          \
	}))

static __always_inline int send(void *context, void *record)
{
	struct bpfleak_header *header = record;

	if (!bpfleak_config.stacks) {
		submit(record);
		return 0;
	}
	bpf_tail_call(context, &continuations, 0);
	/* It did not go there. */
	count_loss(header->kind, header->space);
	return 0;
}

static __always_inline void emit_unsure(struct caller *caller, __u64 address, __u64 bytes,
					__u64 syscall)
{
	struct bpfleak_unsure *record = RESERVE(caller, BPFLEAK_UNSURE, bpfleak_unsure);

	if (!record)
		return;
	record->address = address;
	record->bytes = bytes;
	record->syscall = syscall;
	submit(record);
}

/* The break as it is once the record has its place in the ring, and not the result of the call: when
 * two threads race, whichever record comes last then holds the final value. */
static __always_inline void submit_break(struct bpfleak_break_set *record, struct caller *caller,
					 struct syscall_exit *context)
{
	struct mm_struct *mm = caller->task->mm;
	__u64 brk = mm ? mm->brk : 0, set = context->result;

	record->start_brk = mm ? mm->start_brk : 0;
	record->brk = brk;
	submit(record);
	/* Another thread has raised it again since: what lies between is new memory, and what had been
	 * done to the old is undone. */
	if (set < brk)
		emit_unsure(caller, set, brk - set, context->number);
}

SEC("tracepoint")
int send_with_stack(struct syscall_exit *context)
{
	struct bpfleak_break_set *record;
	struct pending *pending;
	struct caller caller;
	__u32 zero = 0;
	__u64 length;

	pending = bpf_map_lookup_elem(&pending_record, &zero);
	if (!pending)
		return 0;
	caller.task = bpf_get_current_task_btf();
	caller.regs = (struct pt_regs *)bpf_task_pt_regs(caller.task);
	caller.space = pending->header.space;
	caller.pid = pending->header.pid;
	caller.tid = pending->header.tid;
	pending->header.stack = stack_of(context, &caller, pending->header.when_ns);
	if (pending->header.kind == BPFLEAK_TASK_CREATED) {
		note_clone(caller.task, pending->header.stack);
		return 0;
	}
	if (pending->header.kind == BPFLEAK_BREAK_SET) {
		record = RESERVE(&caller, BPFLEAK_BREAK_SET, bpfleak_break_set);
		if (!record)
			return 0;
		record->header.stack = pending->header.stack;
		submit_break(record, &caller, context);
		return 0;
	}
	length = pending->header.length;
	asm volatile("" : "+r"(length));
	if (length > sizeof(*pending))
		return 0;
	if (bpf_ringbuf_output(&ring, pending, length, wake_flags(pending->header.when_ns)))
		count_loss(pending->header.kind, caller.space);
	return 0;
}

/* Whoever runs on a stack that was used before was not created where that was mapped, so clone's own
 * call path is wanted too. It is captured at the entry, by the program that does so for all calls, and
 * kept until the task is made: programs on other hooks cannot be continued by that one. */
static __always_inline int capture_clone(void *context, __u64 flags, __u64 stack)
{
	struct bpfleak_header *header;
	struct caller caller;

	if (!(flags & CLONE_VM) || flags & CLONE_VFORK || !stack || !find_caller(&caller))
		return 0;
	header = BEGIN(&caller, BPFLEAK_TASK_CREATED, bpfleak_header);
	return header ? send(context, header) : 0;
}

SEC("tracepoint/syscalls/sys_enter_clone")
int clone_entered(struct syscall_enter *context)
{
	return capture_clone(context, context->arguments[0], context->arguments[1]);
}

SEC("tracepoint/syscalls/sys_enter_clone3")
int clone3_entered(struct syscall_enter *context)
{
	struct clone_arguments arguments = {};

	if (bpf_probe_read_user(&arguments, sizeof(arguments), (void *)context->arguments[0]))
		return 0;
	return capture_clone(context, arguments.flags, arguments.stack);
}

static __always_inline int failed(__s64 result)
{
	return (__u64)result >= (__u64)-MAX_ERRNO;
}

/* A program that asked for that with personality(2) may execute what it may read. */
static __always_inline int implies_exec(struct task_struct *task)
{
	return (task->personality & READ_IMPLIES_EXEC) != 0;
}

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

SEC("tracepoint/syscalls/sys_exit_mmap")
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
		/* A MAP_FIXED call takes away what was there before it can fail. */
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

SEC("tracepoint/syscalls/sys_enter_munmap")
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

SEC("tracepoint/syscalls/sys_exit_munmap")
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

SEC("tracepoint/syscalls/sys_enter_mremap")
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

SEC("tracepoint/syscalls/sys_exit_mremap")
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
	/* What it comes to depends on each area there. */
	if (implies_exec(caller.task)) {
		emit_unsure(&caller, BPFLEAK_ARG1(caller.regs), BPFLEAK_ARG2(caller.regs),
			    context->number);
		return 0;
	}
	if (BPFLEAK_ARG3(caller.regs) & PROT_EXEC && !context->result)
		note_code(caller.space, BPFLEAK_ARG1(caller.regs));
	/* Arenas of malloc grow so. */
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

SEC("tracepoint/syscalls/sys_exit_mprotect")
int mprotect_returned(struct syscall_exit *context)
{
	return emit_protected(context);
}

SEC("tracepoint/syscalls/sys_exit_pkey_mprotect")
int pkey_mprotect_returned(struct syscall_exit *context)
{
	return emit_protected(context);
}

SEC("tracepoint/syscalls/sys_exit_brk")
int brk_returned(struct syscall_exit *context)
{
	struct bpfleak_break_set *record;
	struct caller caller;

	if (!find_caller(&caller))
		return 0;
	/* brk reports failure, and a mere question, by a result that is not what was asked for. */
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
	if (bpfleak_config.stacks)
		return send(context, record);
	submit_break(record, &caller, context);
	return 0;
}

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

/* The length of a segment is no argument of shmat: the new area itself has to tell it. */
SEC("tracepoint/syscalls/sys_exit_shmat")
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
SEC("tracepoint/syscalls/sys_exit_shmat")
int shmat_returned_5_15(struct syscall_exit *context)
{
	struct caller caller;
	struct bpfleak_attached *record = begin_attached(context, &caller);

	return record ? send(context, record) : 0;
}

SEC("tracepoint/syscalls/sys_enter_shmdt")
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

static __always_inline int emit_unsure_on_success(struct syscall_exit *context)
{
	struct caller caller;

	if (!failed(context->result) && find_caller(&caller))
		emit_unsure(&caller, 0, 0, context->number);
	return 0;
}

/* Calls that map or unmap something of the kernel's choosing; all are rare. */
SEC("tracepoint/syscalls/sys_exit_io_setup")
int io_setup_returned(struct syscall_exit *context)
{
	return emit_unsure_on_success(context);
}

SEC("tracepoint/syscalls/sys_exit_io_destroy")
int io_destroy_returned(struct syscall_exit *context)
{
	return emit_unsure_on_success(context);
}

SEC("tracepoint/syscalls/sys_exit_remap_file_pages")
int remap_file_pages_returned(struct syscall_exit *context)
{
	return emit_unsure_on_success(context);
}

SEC("tracepoint/syscalls/sys_exit_map_shadow_stack")
int map_shadow_stack_returned(struct syscall_exit *context)
{
	return emit_unsure_on_success(context);
}

static __always_inline void fill_totals(struct bpfleak_space_totals *totals, struct mm_struct *mm)
{
	totals->total_pages = BPF_CORE_READ(mm, total_vm);
	totals->start_brk = BPF_CORE_READ(mm, start_brk);
	totals->brk = BPF_CORE_READ(mm, brk);
	totals->start_stack = BPF_CORE_READ(mm, start_stack);
	totals->vdso = (__u64)BPF_CORE_READ(mm, context.vdso);
	totals->map_count = BPF_CORE_READ(mm, map_count);
	totals->task_bits = BPF_CORE_READ(mm, task_size) <= (1ull << 32) ? 32 : 64;
}

/* Runs in the parent, for every flavor of clone, fork and vfork, before the child does. */
SEC("tp_btf/task_newtask")
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

/* Whether the process `pid` is in scope once it is called `comm`. */
static __always_inline int scope_by_comm(const char *comm, __u64 space, __u32 pid)
{
	if (comm_wanted(comm)) {
		scope_add(space, pid, BPFLEAK_ASKED_FOR);
		return 1;
	}
	return 0;
}

SEC("tp_btf/sched_process_exec")
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
			/* It was in scope until now: that it left has to be told. */
			bpf_map_delete_elem(&scope_pids, &pid);
			space = 0;
		}
	}
	record = reserve(BPFLEAK_EXECED, sizeof(*record), space, pid, pid);
	if (!record)
		return 0;
	/* Seen from a namespace further in, the old thread id has no name any more. */
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

/* Whether the process `pid` that began then was in scope until its last thread ended. */
static __always_inline int has_ended(__u32 pid, __u64 began)
{
	__u64 *ended = bpf_map_lookup_elem(&ended_pids, &pid);

	return ended && *ended == began;
}

SEC("tp_btf/sched_process_exit")
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

/* The last reference may be dropped by anyone, hence no look at the current task. */
SEC("tp_btf/exit_mmap")
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

SEC("tp_btf/task_rename")
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

SEC("iter/task")
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
			void *upid = (void *)pid + bpf_core_field_offset(struct pid, numbers) +
				     (__u64)entry.pid_ns_level * bpf_core_type_size(struct upid);

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

SEC("iter/task_vma")
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
	/* The kernel goes through a space once for each of its threads; one of them will do. */
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
			length = bpf_d_path(&file->f_path, path, PATH_BUFFER);
		/* The helper counts the closing NUL; what does not fit has no path. */
		if (length < 1 || length > PATH_BUFFER)
			length = 1;
		entry.path_length = length - 1;
	}
	bpf_seq_write(context->meta->seq, &entry, sizeof(entry));
	if (path && length > 1 && length <= PATH_BUFFER - 8)
		bpf_seq_write(context->meta->seq, path, ((__u32)length - 1 + 7) & 0xff8);
	return 0;
}
