/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Constants of the kernel that BTF does not hold. The names are the kernel's. */
#ifndef BPFLEAK_KERNEL_CONSTANTS_H
#define BPFLEAK_KERNEL_CONSTANTS_H

#define MAX_ERRNO 4095

#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20
#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4

#define CLONE_VM 0x100
#define CLONE_VFORK 0x4000
#define CLONE_THREAD 0x10000

#define PF_KTHREAD 0x00200000
#define SIGNAL_GROUP_EXIT 4
#define READ_IMPLIES_EXEC 0x0400000

#define MNT_NOEXEC 0x04
#define SB_I_NOEXEC 0x02
#define HUGETLBFS_MAGIC 0x958458f6
#define VM_HUGETLB 0x00400000

#endif
