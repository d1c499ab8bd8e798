# SPDX-License-Identifier: Apache-2.0
"""The ways in which scripts/culprits prepares a leaking program, and what it expects of each."""
import os
import re
import shutil

from .run import checked_output
from .watched import BUILD, CORPUS


# Each function prepares a program in a directory of its own. It returns the words that start the program,
# what to do once it runs (or None), and possibly how to clean up.

def plain(program, place):
    return [f"{BUILD}/{program}"], None


def with_debug_file(program, place, beside=".debug"):
    """Stripped. A link in the program names the file with its debug information."""
    binary, debug = f"{place}/{program}", f"{place}/{beside}/{program}.debug"
    os.makedirs(os.path.dirname(debug), exist_ok=True)
    checked_output("objcopy", "--only-keep-debug", f"{BUILD}/{program}", debug)
    checked_output("objcopy", "--strip-all", f"--add-gnu-debuglink={debug}", f"{BUILD}/{program}", binary)
    return [binary], None


def with_build_id(program, place):
    """Stripped, without a link. The debug file is found by build id, where symbol packages put it."""
    notes = checked_output("readelf", "--notes", f"{BUILD}/{program}")
    build_id = re.search(r"Build ID: ([0-9a-f]+)", notes).group(1)
    # Every reader looks in this place. The caller removes the file again.
    debug = f"/usr/lib/debug/.build-id/{build_id[:2]}/{build_id[2:]}.debug"
    os.makedirs(os.path.dirname(debug), exist_ok=True)
    checked_output("objcopy", "--only-keep-debug", f"{BUILD}/{program}", debug)
    checked_output("objcopy", "--strip-all", f"{BUILD}/{program}", f"{place}/{program}")

    def remove():
        os.unlink(debug)
        try:
            os.rmdir(os.path.dirname(debug))
        except OSError:
            pass
    return [f"{place}/{program}"], None, remove


def symbols_only(program, place):
    """Without debug information: a function, no line."""
    checked_output("strip", "--strip-debug", "-o", f"{place}/{program}", f"{BUILD}/{program}")
    return [f"{place}/{program}"], None


def static(program, place):
    """The C library is part of the program, so the module cannot tell them apart."""
    checked_output(
        "gcc", "-std=gnu17", "-O2", "-g", "-fomit-frame-pointer", "-pthread", "-static",
        f"{CORPUS}/{program}.c", "-o", f"{place}/{program}")
    return [f"{place}/{program}"], None


def musl(program, place, *more):
    """With Alpine's C library, which has no unwind tables."""
    checked_output(
        "musl-gcc", "-std=gnu17", "-O2", "-g", "-fomit-frame-pointer", "-pthread", *more,
        f"{CORPUS}/{program}.c", "-o", f"{place}/{program}")
    return [f"{place}/{program}"], None


def musl_static(program, place):
    return musl(program, place, "-static")


def no_tables(program, place):
    """The program's own code has no unwind tables; the C library has them. Symbols stay."""
    checked_output(
        "gcc", "-std=gnu17", "-O2", "-fomit-frame-pointer", "-fno-asynchronous-unwind-tables",
        "-fno-unwind-tables", "-pthread", f"{CORPUS}/{program}.c", "-o", f"{place}/{program}")
    return [f"{place}/{program}"], None


def not_pie(program, place):
    checked_output(
        "gcc", "-std=gnu17", "-O2", "-g", "-fomit-frame-pointer", "-pthread", "-no-pie", "-fno-pie",
        f"{CORPUS}/{program}.c", "-o", f"{place}/{program}")
    return [f"{place}/{program}"], None


def deleted(program, place):
    """Its file is removed while it runs, as an upgrade does."""
    shutil.copy(f"{BUILD}/{program}", f"{place}/{program}")
    return [f"{place}/{program}"], lambda: os.unlink(f"{place}/{program}")


def replaced(program, place):
    """Another program takes over its file's name."""
    shutil.copy(f"{BUILD}/{program}", f"{place}/{program}")

    def replace():
        shutil.copy(f"{BUILD}/fine_sawtooth", f"{place}/new")
        os.rename(f"{place}/new", f"{place}/{program}")
    return [f"{place}/{program}"], replace


def mount_namespace(program, place):
    """Its file is on a file system that only its own mount namespace has."""
    os.makedirs(f"{place}/seen")
    script = ('mount -t tmpfs none "$1/seen" && cp "$2" "$1/seen/" && exec "$1/seen/$3"')
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh",
            place, f"{BUILD}/{program}", program], None


def chroot(program, place):
    """In a root of its own, with its own copy of the libraries."""
    needed = re.findall(r"(/\S+) \(0x", checked_output("ldd", f"{BUILD}/{program}"))
    for path in needed:
        os.makedirs(place + "/root" + os.path.dirname(path), exist_ok=True)
        shutil.copy(path, place + "/root" + path)
    os.makedirs(f"{place}/root/srv")
    os.makedirs(f"{place}/root/tmp")
    shutil.copy(f"{BUILD}/{program}", f"{place}/root/srv/{program}")
    return ["chroot", f"{place}/root", f"/srv/{program}"], None


# name: how it is prepared, the program, its culprit, the command it needs, and whether a line is expected.
VARIANTS = {
    "c": (plain, "leak_file_map", "load_document", "-", True),
    "thread": (plain, "leak_thread_unjoined", "spawn_reporter", "-", True),
    "raw-clone": (plain, "leak_clone_stack", "start_probe", "-", True),
    "inlined": (plain, "leak_inlined", "map_pages", "-", True),
    "plugin": (plain, "leak_plugin", "draw_glyphs", "-", True),
    "malloc": (plain, "leak_malloc_small", "intern_string", "-", True),
    "c++": (plain, "leak_vector_cache", "remember_result", "-", True),
    "c++-thread": (plain, "leak_std_thread", "launch_indexer", "-", True),
    "c++-map": (plain, "leak_unordered_map", "note_visitor", "-", True),
    "swift": (plain, "leak_swift", "recordUpload", "swiftc", True),
    "rust": (plain, "leak_rust", "cache_tile", "rustc", True),
    "rust-thread": (plain, "leak_rust_thread", "emit_report", "rustc", True),
    "debug-file": (with_debug_file, "leak_thread_unjoined", "spawn_reporter", "objcopy", True),
    "debug-file-c++": (with_debug_file, "leak_vector_cache", "remember_result", "objcopy", True),
    "build-id": (with_build_id, "leak_file_map", "load_document", "objcopy,readelf", True),
    # Another program than for build-id, whose debug file would be found while that variant runs.
    "no-debug-info": (symbols_only, "leak_shmat", "attach_board", "strip", False),
    "static": (static, "leak_malloc_large", "decode_image", "gcc", True),
    "static-thread": (static, "leak_thread_unjoined", "spawn_reporter", "gcc", True),
    "musl": (musl, "leak_malloc_large", "decode_image", "musl-gcc", True),
    "musl-thread": (musl, "leak_thread_unjoined", "spawn_reporter", "musl-gcc", True),
    "musl-static": (musl_static, "leak_file_map", "load_document", "musl-gcc", True),
    "musl-static-malloc": (musl_static, "leak_malloc_large", "decode_image", "musl-gcc", True),
    "musl-static-thread": (musl_static, "leak_thread_unjoined", "spawn_reporter", "musl-gcc", True),
    "no-tables": (no_tables, "leak_xmalloc", "decode_sound", "gcc", False),
    "recursion": (plain, "leak_recursive", "visit_folder", "-", True),
    "not-pie": (not_pie, "leak_file_map", "load_document", "gcc", True),
    "deleted": (deleted, "leak_thread_unjoined", "spawn_reporter", "-", True),
    # Lines must come from the deleted file, which /proc still has, and not from the one with its name.
    "replaced": (replaced, "leak_thread_unjoined", "spawn_reporter", "-", True),
    "mount-namespace": (mount_namespace, "leak_thread_unjoined", "spawn_reporter", "unshare", True),
    "chroot": (chroot, "leak_thread_unjoined", "spawn_reporter", "chroot,ldd", True),
    "chroot-c++": (chroot, "leak_vector_cache", "remember_result", "chroot,ldd", True),
}
