;;! process "both" {
;;!   component "main" "main.wat" { memory budget=(KiB)64; arena (KiB)1; }
;;!   component "peer" "peer.wat"
;;! }
;;! component "far" "far.wat"
;; A function of the same process is called directly, one of another through a gate, the kernel's through a stub.
;; What a table holds of an imported function is a thunk.
(module
  (import "peer" "add" (func $add (param i32 i64) (result i64 i32)))
  (import "far" "twice" (func $twice (param i32) (result i32)))
  (import "compose" "log_u32" (func $log (param i32)))
  (import "env" "__cabi_arena_realloc" (func $realloc (param i32 i32 i32 i32) (result i32)))
  (memory 1 1)
  (table funcref (elem $twice $log))
  (func $own (param i32) (result i32) (call $twice (call $twice (local.get 0))))
  (func (export "all") (param i32) (result i32)
    (call $log (call $own (local.get 0)))
    (call $add (local.get 0) (i64.const 5))
    (call $log)
    (drop)
    (call $realloc (i32.const 0) (i32.const 0) (i32.const 8) (local.get 0))))
;;@ peer
(module (func (export "add") (param i32 i64) (result i64 i32)
  (i64.add (local.get 1) (i64.extend_i32_u (local.get 0))) (local.get 0)))
;;@ far
(module (func (export "twice") (param i32) (result i32) (i32.add (local.get 0) (local.get 0))))

;;= output
;;
;; main!add (thunk)
;; function u0:0(i32, i64) -> i64, i32 tail {
;;     sig0 = (i32, i64) -> i64, i32 tail
;;     fn0 = colocated Function { unit: Component(ComponentId(1)), index: 0 } sig0
;;
;; block0(v0: i32, v1: i64):
;;     v4, v5 = call fn0(v0, v1)
;;     return v4, v5
;; }
;;
;; main!twice (thunk)
;; function u0:1(i32) -> i32 tail {
;;     sig0 = (i32) -> i32 tail
;;     fn0 = colocated Gate(GateId(0)) sig0
;;
;; block0(v0: i32):
;;     v2 = call fn0(v0)
;;     return v2
;; }
;;
;; main!log (thunk)
;; function u0:2(i32) tail {
;;     sig0 = (i32) tail
;;     fn0 = colocated Host { component: ComponentId(0), function: LogU32 } sig0
;;
;; block0(v0: i32):
;;     call fn0(v0)
;;     return
;; }
;;
;; main!realloc (thunk)
;; function u0:3(i32, i32, i32, i32) -> i32 tail {
;;     gv0 = symbol colocated Home
;;     sig0 = (i32, i32, i32, i32, i32, i32, i32, i32) -> i32 tail
;;     sig1 = (i32) tail
;;     fn0 = colocated Runtime(ArenaRealloc) sig0
;;     fn1 = colocated Host { component: ComponentId(0), function: Exhausted } sig1
;;
;; block0(v0: i32, v1: i32, v2: i32, v3: i32):
;;     v5 = symbol_value.i32 gv0
;;     v6 = iconst.i32 -12
;;     v7 = iadd v5, v6  ; v6 = -12
;;     v8 = iconst.i32 0xfc00
;;     v9 = iconst.i32 0x0001_0000
;;     v11 = call fn0(v7, v8, v9, v5, v0, v1, v2, v3)  ; v8 = 0xfc00, v9 = 0x0001_0000
;;     v12 = iconst.i32 -2
;;     v13 = icmp uge v11, v12  ; v12 = -2
;;     brif v13, block2, block3
;;
;; block2 cold:
;;     v16 = iconst.i32 -2
;;     v17 = icmp.i32 eq v11, v16  ; v16 = -2
;;     trapnz v17, user26
;;     call fn1(v3)
;;     trap user1
;;
;; block3:
;;     return v11
;; }
;;
;; main!own
;; function u0:4(i32) -> i32 tail {
;;     sig0 = (i32) -> i32 tail
;;     fn0 = colocated Gate(GateId(0)) sig0
;;
;;                                 block0(v0: i32):
;; @0098                               v2 = call fn0(v0)
;; @009a                               v3 = call fn0(v2)
;; @009c                               return v3
;; }
;;
;; main!all
;; function u0:5(i32) -> i32 tail {
;;     gv0 = symbol colocated Home
;;     sig0 = (i32) -> i32 tail
;;     sig1 = (i32) tail
;;     sig2 = (i32, i64) -> i64, i32 tail
;;     sig3 = (i32, i32, i32, i32, i32, i32, i32, i32) -> i32 tail
;;     sig4 = (i32) tail
;;     fn0 = colocated Function { unit: Component(ComponentId(0)), index: 4 } sig0
;;     fn1 = colocated Host { component: ComponentId(0), function: LogU32 } sig1
;;     fn2 = colocated Function { unit: Component(ComponentId(1)), index: 0 } sig2
;;     fn3 = colocated Runtime(ArenaRealloc) sig3
;;     fn4 = colocated Host { component: ComponentId(0), function: Exhausted } sig4
;;
;;                                 block0(v0: i32):
;; @00a1                               v2 = call fn0(v0)
;; @00a3                               call fn1(v2)
;; @00a7                               v3 = iconst.i64 5
;; @00a9                               v4, v5 = call fn2(v0, v3)  ; v3 = 5
;; @00ab                               call fn1(v5)
;; @00b6                               v9 = symbol_value.i32 gv0
;; @00b6                               v10 = iconst.i32 -12
;; @00b6                               v11 = iadd v9, v10  ; v10 = -12
;; @00b6                               v12 = iconst.i32 0xfc00
;; @00b6                               v13 = iconst.i32 0x0001_0000
;; @00ae                               v6 = iconst.i32 0
;; @00b2                               v8 = iconst.i32 8
;; @00b6                               v15 = call fn3(v11, v12, v13, v9, v6, v6, v8, v0)  ; v12 = 0xfc00, v13 = 0x0001_0000, v6 = 0, v6 = 0, v8 = 8
;; @00b6                               v16 = iconst.i32 -2
;; @00b6                               v17 = icmp uge v15, v16  ; v16 = -2
;; @00b6                               brif v17, block2, block3
;;
;;                                 block2 cold:
;;                                     v20 = iconst.i32 -2
;;                                     v21 = icmp.i32 eq v15, v20  ; v20 = -2
;; @00b6                               trapnz v21, user26
;; @00b6                               call fn4(v0)
;; @00b6                               trap user1
;;
;;                                 block3:
;; @00b8                               return v15
;; }
;;
;; peer!add
;; function u0:0(i32, i64) -> i64, i32 tail {
;;                                 block0(v0: i32, v1: i64):
;; @0028                               v4 = uextend.i64 v0
;; @0029                               v5 = iadd v1, v4
;; @002c                               return v5, v0
;; }
;;
;; far!twice
;; function u0:0(i32) -> i32 tail {
;;                                 block0(v0: i32):
;; @0028                               v2 = iadd v0, v0
;; @0029                               return v2
;; }
