;; A table that grows has its size in a cell; one that cannot keeps a constant. Fill checks first, then writes words.
(module
  (table $t 1 4 funcref)
  (table $fixed 2 2 funcref)
  (func $grow (param i32) (result i32) (table.grow $t (ref.null func) (local.get 0)))
  (func $size (result i32) (table.size $t))
  (func $get (param i32) (result funcref) (table.get $t (local.get 0)))
  (func $first (result funcref) (table.get $t (i32.const 0)))
  (func $third (result funcref) (table.get $t (i32.const 2)))
  (func $fill (param i32 i32) (table.fill $t (local.get 0) (ref.null func) (local.get 1)))
  (func $never (param i32) (result i32) (table.grow $fixed (ref.null func) (local.get 0))))

;;= output
;;
;; main!grow
;; function u0:0(i32) -> i32 tail {
;;     region0 = 29 "cell 7"
;;     gv0 = symbol colocated Descriptor(None)
;;     gv1 = symbol colocated Home
;;     sig0 = (i32, i32, i32) tail
;;     fn0 = colocated Runtime(WordFill) sig0
;;
;;                                 block0(v0: i32):
;; @0040                               v3 = symbol_value.i32 gv1
;; @0040                               v4 = load.i32 notrap aligned region0 v3-4
;; @0040                               v11 = iconst.i32 -28
;; @0040                               v12 = iadd v3, v11  ; v11 = -28
;; @0040                               v13 = iconst.i32 2
;; @0040                               v14 = ishl v4, v13  ; v13 = 2
;; @0040                               v15 = iadd v12, v14
;; @003c                               v2 = symbol_value.i32 gv0
;; @0040                               v5 = iconst.i32 4
;; @0040                               v6 = isub v5, v4  ; v5 = 4
;; @0040                               v7 = icmp ugt v0, v6
;; @0040                               v8 = iconst.i32 0
;; @0040                               v9 = select v7, v8, v0  ; v8 = 0
;; @0040                               call fn0(v15, v2, v9)
;; @0040                               v16 = iadd v4, v9
;; @0040                               store notrap aligned region0 v16, v3-4
;; @0040                               v18 = iconst.i32 -1
;; @0040                               v19 = select v7, v18, v4  ; v18 = -1
;; @0043                               return v19
;; }
;;
;; main!size
;; function u0:1() -> i32 tail {
;;     region0 = 29 "cell 7"
;;     gv0 = symbol colocated Home
;;
;;                                 block0:
;; @0046                               v1 = symbol_value.i32 gv0
;; @0046                               v2 = load.i32 notrap aligned region0 v1-4
;; @0049                               return v2
;; }
;;
;; main!get
;; function u0:2(i32) -> i32 tail {
;;     region0 = 29 "cell 7"
;;     region1 = 2 "table 0"
;;     gv0 = symbol colocated Home
;;
;;                                 block0(v0: i32):
;; @004e                               v2 = symbol_value.i32 gv0
;; @004e                               v3 = load.i32 notrap aligned region0 v2-4
;; @004e                               v4 = icmp uge v0, v3
;; @004e                               trapnz v4, user3
;; @004e                               v6 = iconst.i32 -28
;; @004e                               v7 = iadd v2, v6  ; v6 = -28
;; @004e                               v8 = iconst.i32 2
;; @004e                               v9 = ishl v0, v8  ; v8 = 2
;; @004e                               v10 = iadd v7, v9
;; @004e                               v11 = load.i32 notrap aligned region1 v10
;; @0050                               return v11
;; }
;;
;; main!first
;; function u0:3() -> i32 tail {
;;     region0 = 2 "table 0"
;;     gv0 = symbol colocated Home
;;
;;                                 block0:
;; @0055                               v2 = symbol_value.i32 gv0
;; @0055                               v3 = iconst.i32 -28
;; @0055                               v4 = iadd v2, v3  ; v3 = -28
;; @0055                               v8 = load.i32 notrap aligned region0 v4
;; @0057                               return v8
;; }
;;
;; main!third
;; function u0:4() -> i32 tail {
;;     region0 = 29 "cell 7"
;;     region1 = 2 "table 0"
;;     gv0 = symbol colocated Home
;;
;;                                 block0:
;; @005c                               v2 = symbol_value.i32 gv0
;; @005c                               v3 = load.i32 notrap aligned region0 v2-4
;; @005a                               v1 = iconst.i32 2
;;                                     v12 = icmp ule v3, v1  ; v1 = 2
;; @005c                               trapnz v12, user3
;;                                     v16 = iconst.i32 -20
;;                                     v21 = iadd v2, v16  ; v16 = -20
;; @005c                               v11 = load.i32 notrap aligned region1 v21
;; @005e                               return v11
;; }
;;
;; main!fill
;; function u0:5(i32, i32) tail {
;;     region0 = 29 "cell 7"
;;     gv0 = symbol colocated Descriptor(None)
;;     gv1 = symbol colocated Home
;;     sig0 = (i32, i32, i32) tail
;;     fn0 = colocated Runtime(WordFill) sig0
;;
;;                                 block0(v0: i32, v1: i32):
;; @0067                               v3 = symbol_value.i32 gv1
;; @0067                               v4 = load.i32 notrap aligned region0 v3-4
;; @0067                               v5 = icmp ugt v1, v4
;; @0067                               trapnz v5, user3
;; @0067                               v6 = isub v4, v1
;; @0067                               v7 = icmp ugt v0, v6
;; @0067                               trapnz v7, user3
;; @0067                               v9 = iconst.i32 -28
;; @0067                               v10 = iadd v3, v9  ; v9 = -28
;; @0067                               v11 = iconst.i32 2
;; @0067                               v12 = ishl v0, v11  ; v11 = 2
;; @0067                               v13 = iadd v10, v12
;; @0063                               v2 = symbol_value.i32 gv0
;; @0067                               call fn0(v13, v2, v1)
;; @006a                               return
;; }
;;
;; main!never
;; function u0:6(i32) -> i32 tail {
;;     gv0 = symbol colocated Descriptor(None)
;;
;;                                 block0(v0: i32):
;; @0071                               v7 = iconst.i32 -1
;; @0071                               v3 = iconst.i32 2
;;                                     v19 = select v0, v7, v3  ; v7 = -1, v3 = 2
;; @0074                               return v19
;; }
