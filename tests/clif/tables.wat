;; Indirect calls compare a type id; a table that code changes is in instance data, others in flash.
(module
  (type $unary (func (param i32) (result i32)))
  (table $fixed 2 2 funcref)
  (table $changed 4 4 funcref)
  (elem (table $fixed) (i32.const 0) func $double $square)
  (elem $spare func $square $double)
  (func $double (param i32) (result i32) (i32.shl (local.get 0) (i32.const 1)))
  (func $square (param i32) (result i32) (i32.mul (local.get 0) (local.get 0)))
  (func (export "call") (param i32 i32) (result i32)
    (call_indirect $fixed (type $unary) (local.get 0) (local.get 1)))
  (func (export "set") (param i32) (table.set $changed (local.get 0) (ref.func $double)))
  (func (export "null") (param i32) (result i32) (ref.is_null (table.get $changed (local.get 0))))
  (func (export "init") (param i32) (table.init $changed $spare (local.get 0) (i32.const 0) (i32.const 2)))
  (func (export "copy") (param i32) (table.copy $changed $fixed (local.get 0) (i32.const 0) (i32.const 2)))
  (func (export "drop") (elem.drop $spare))
  (func (export "size") (result i32) (table.size $changed)))

;;= output
;;
;; main!double
;; function u0:0(i32) -> i32 tail {
;;                                 block0(v0: i32):
;; @0083                               v2 = iconst.i32 1
;; @0085                               v3 = ishl v0, v2  ; v2 = 1
;; @0086                               return v3
;; }
;;
;; main!square
;; function u0:1(i32) -> i32 tail {
;;                                 block0(v0: i32):
;; @008d                               v2 = imul v0, v0
;; @008e                               return v2
;; }
;;
;; main!call
;; function u0:2(i32, i32) -> i32 tail {
;;     region0 = 2 "table 0"
;;     region1 = 3 "descriptors 0"
;;     gv0 = symbol colocated Table { unit: Component(ComponentId(0)), index: 0 }
;;     sig0 = (i32) -> i32 tail
;;
;;                                 block0(v0: i32, v1: i32):
;; @0095                               v3 = iconst.i32 2
;; @0095                               v4 = icmp uge v1, v3  ; v3 = 2
;; @0095                               trapnz v4, user3
;; @0095                               v5 = symbol_value.i32 gv0
;; @0095                               v7 = ishl v1, v3  ; v3 = 2
;; @0095                               v8 = iadd v5, v7
;; @0095                               v9 = load.i32 notrap aligned readonly region0 v8
;; @0095                               v10 = load.i64 notrap aligned readonly can_move region1 v9
;; @0095                               v11, v12 = isplit v10
;; @0095                               brif v11, block2, block3
;;
;;                                 block3:
;; @0095                               v15 = call_indirect.i32 sig0, v12(v0)
;; @0098                               return v15
;;
;;                                 block2 cold:
;; @0095                               v16 = iconst.i32 -1
;; @0095                               v17 = icmp.i32 eq v11, v16  ; v16 = -1
;; @0095                               trapnz v17, user5
;; @0095                               trap user4
;; }
;; sig0: type 0
;;
;; main!set
;; function u0:3(i32) tail {
;;     region0 = 6 "table 1"
;;     gv0 = symbol colocated Descriptor(Some(FuncRef { unit: Component(ComponentId(0)), index: 0 }))
;;     gv1 = symbol colocated Home
;;
;;                                 block0(v0: i32):
;; @009f                               v2 = iconst.i32 4
;; @009f                               v3 = icmp uge v0, v2  ; v2 = 4
;; @009f                               trapnz v3, user3
;; @009d                               v1 = symbol_value.i32 gv0
;; @009f                               v4 = symbol_value.i32 gv1
;; @009f                               v5 = iconst.i32 -20
;; @009f                               v6 = iadd v4, v5  ; v5 = -20
;; @009f                               v7 = iconst.i32 2
;; @009f                               v8 = ishl v0, v7  ; v7 = 2
;; @009f                               v9 = iadd v6, v8
;; @009f                               store notrap aligned region0 v1, v9
;; @00a1                               return
;; }
;;
;; main!null
;; function u0:4(i32) -> i32 tail {
;;     region0 = 6 "table 1"
;;     gv0 = symbol colocated Home
;;     gv1 = symbol colocated Descriptor(None)
;;
;;                                 block0(v0: i32):
;; @00a6                               v2 = iconst.i32 4
;; @00a6                               v3 = icmp uge v0, v2  ; v2 = 4
;; @00a6                               trapnz v3, user3
;; @00a6                               v4 = symbol_value.i32 gv0
;; @00a6                               v5 = iconst.i32 -20
;; @00a6                               v6 = iadd v4, v5  ; v5 = -20
;; @00a6                               v7 = iconst.i32 2
;; @00a6                               v8 = ishl v0, v7  ; v7 = 2
;; @00a6                               v9 = iadd v6, v8
;; @00a6                               v10 = load.i32 notrap aligned region0 v9
;; @00a8                               v11 = symbol_value.i32 gv1
;; @00a8                               v12 = icmp eq v10, v11
;; @00a8                               v13 = uextend.i32 v12
;; @00a9                               return v13
;; }
;;
;; main!init
;; function u0:5(i32) tail {
;;     region0 = 21 "cell 5"
;;     gv0 = symbol colocated Home
;;     gv1 = symbol colocated Elements { unit: Component(ComponentId(0)), index: 1 }
;;     sig0 = (i32, i32, i32) tail
;;     fn0 = colocated Runtime(MemoryCopy) sig0
;;
;;                                 block0(v0: i32):
;; @00b0                               v2 = iconst.i32 2
;; @00b2                               v6 = icmp ugt v0, v2  ; v2 = 2
;; @00b2                               trapnz v6, user3
;; @00b2                               v7 = symbol_value.i32 gv0
;; @00b2                               v8 = load.i32 notrap aligned region0 v7-4
;;                                     v39 = icmp ult v8, v2  ; v2 = 2
;; @00b2                               trapnz v39, user3
;; @00b2                               v13 = iconst.i32 -20
;; @00b2                               v14 = iadd v7, v13  ; v13 = -20
;; @00b2                               v16 = ishl v0, v2  ; v2 = 2
;; @00b2                               v17 = iadd v14, v16
;; @00b2                               v18 = symbol_value.i32 gv1
;;                                     v42 = iconst.i32 8
;; @00b2                               call fn0(v17, v18, v42)  ; v42 = 8
;; @00b6                               return
;; }
;;
;; main!copy
;; function u0:6(i32) tail {
;;     gv0 = symbol colocated Home
;;     gv1 = symbol colocated Table { unit: Component(ComponentId(0)), index: 0 }
;;     sig0 = (i32, i32, i32) tail
;;     fn0 = colocated Runtime(MemoryCopy) sig0
;;
;;                                 block0(v0: i32):
;; @00bd                               v2 = iconst.i32 2
;; @00bf                               v6 = icmp ugt v0, v2  ; v2 = 2
;; @00bf                               trapnz v6, user3
;; @00bf                               v11 = symbol_value.i32 gv0
;; @00bf                               v12 = iconst.i32 -20
;; @00bf                               v13 = iadd v11, v12  ; v12 = -20
;; @00bf                               v15 = ishl v0, v2  ; v2 = 2
;; @00bf                               v16 = iadd v13, v15
;; @00bf                               v17 = symbol_value.i32 gv1
;;                                     v60 = iconst.i32 8
;; @00bf                               call fn0(v16, v17, v60)  ; v60 = 8
;; @00c3                               return
;; }
;;
;; main!drop
;; function u0:7() tail {
;;     region0 = 21 "cell 5"
;;     gv0 = symbol colocated Home
;;
;;                                 block0:
;; @00c6                               v0 = iconst.i32 0
;; @00c6                               v1 = symbol_value.i32 gv0
;; @00c6                               store notrap aligned region0 v0, v1-4  ; v0 = 0
;; @00c9                               return
;; }
;;
;; main!size
;; function u0:8() -> i32 tail {
;;                                 block0:
;; @00cc                               v1 = iconst.i32 4
;; @00cf                               return v1  ; v1 = 4
;; }
