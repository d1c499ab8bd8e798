// SPDX-License-Identifier: Apache-2.0

extension RuntimeProfile {
  static let python = RuntimeProfile(
    name: "Python",
    sources: [
      "https://github.com/python/cpython: Objects/obmalloc.c",
      "https://github.com/python/cpython: Objects/object.c, Objects/typeobject.c",
      "https://github.com/python/cpython: Python/gc.c, Python/pyarena.c",
    ],
    plumbing: [
      PlumbingRow(
        .function,
        [
          "_PyObject_Malloc", "_PyObject_Calloc", "_PyObject_Realloc", "PyObject_Malloc",
          "PyObject_Calloc", "PyObject_Realloc", "_PyObject_ArenaMmap", "_PyObject_ArenaMalloc",
          "_PyObject_VirtualAlloc", "_PyObject_AllocateArena", "_PyObject_MiMalloc",
          "_PyObject_MiCalloc", "_PyObject_MiRealloc", "_PyObject_DebugMalloc",
          "_PyObject_DebugRealloc", "pymalloc_alloc", "pymalloc_realloc", "new_arena",
          "allocate_from_new_pool", "_PyArena_Malloc",
        ], because: "the interpreter's allocator"),
      PlumbingRow(
        .function,
        [
          "_PyObject_New", "_PyObject_NewVar", "_PyObject_GC_New", "_PyObject_GC_NewVar",
          "_PyObject_GC_Malloc", "_PyObject_GC_Alloc", "_PyObject_GC_Resize",
          "_PyObject_GC_NewWithExtraData", "PyType_GenericAlloc", "_PyType_AllocNoTrack",
        ], because: "they allocate an object for the function that makes it"),
      PlumbingRow(
        .functionInFile("python"), ["gc_alloc", "arena_map_get", "arena_map_mark_used"],
        because: "static functions of the interpreter, with names that others use as well"),
      PlumbingRow(
        .prefix, ["PyMem_", "_PyMem_"], because: "the interpreter's interface to raw memory"),
    ])
}
