;;! component "main" "main.wat" { memory budget=(KiB)64; bounds "hardware"; }
;; No compare in the code; only what is certain to be outside traps.
(module
  (memory 1 1)
  (func (export "load") (param i32) (result i32) (i32.load offset=8 (local.get 0)))
  (func (export "twice") (param i32) (result i32)
    (i32.add (i32.load (local.get 0)) (i32.load (local.get 0))))
  (func (export "forward") (param i32 i32) (result i32)
    (i32.store16 (local.get 0) (local.get 1)) (i32.load16_s offset=2 (local.get 0)))
  (func (export "unused") (param i32) (drop (i32.load (local.get 0))))
  (func (export "last-word") (result i32) (i32.load (i32.const 65532)))
  (func (export "outside") (result i32) (i32.load (i32.const 65533)))
  (func (export "far") (param i32) (result i32) (i32.load offset=65533 (local.get 0))))

;;= output
;;
;; main!load
;; function u0:0(i32) -> i32 tail {
;;     region0 = 0 "memory 0"
;;     gv0 = symbol colocated Home
;;
;;                                 block0(v0: i32):
;;                                     v5 = symbol_value.i32 gv0
;;                                     v6 = iadd v5, v0
;; @0076                               v4 = load.i32 user2 aligned region0 v6+8
;; @0079                               return v4
;; }
;;
;; main!twice
;; function u0:1(i32) -> i32 tail {
;;     region0 = 0 "memory 0"
;;     gv0 = symbol colocated Home
;;
;;                                 block0(v0: i32):
;;                                     v9 = symbol_value.i32 gv0
;;                                     v10 = iadd v9, v0
;; @007e                               v4 = load.i32 user2 aligned region0 v10
;; @0086                               v8 = iadd v4, v4
;; @0087                               return v8
;; }
;;
;; main!forward
;; function u0:2(i32, i32) -> i32 tail {
;;     region0 = 0 "memory 0"
;;     gv0 = symbol colocated Home
;;
;;                                 block0(v0: i32, v1: i32):
;;                                     v8 = symbol_value.i32 gv0
;;                                     v9 = iadd v8, v0
;; @008e                               istore16 user2 region0 v1, v9
;; @0093                               v7 = sload16.i32 user2 region0 v9+2
;; @0096                               return v7
;; }
;;
;; main!unused
;; function u0:3(i32) tail {
;;     region0 = 0 "memory 0"
;;     gv0 = symbol colocated Home
;;
;;                                 block0(v0: i32):
;;                                     v4 = symbol_value.i32 gv0
;;                                     v5 = iadd v4, v0
;; @009b                               v3 = load.i32 user2 aligned region0 v5
;; @009f                               return
;; }
;;
;; main!last-word
;; function u0:4() -> i32 tail {
;;     region0 = 0 "memory 0"
;;     gv0 = symbol colocated Home
;;
;;                                 block0:
;; @00a6                               v2 = symbol_value.i32 gv0
;; @00a6                               v3 = iconst.i32 0xf800
;; @00a6                               v4 = iadd v2, v3  ; v3 = 0xf800
;; @00a6                               v5 = load.i32 notrap aligned region0 v4+2044
;; @00a9                               return v5
;; }
;;
;; main!outside
;; function u0:5() -> i32 tail {
;;     region0 = 0 "memory 0"
;;
;;                                 block0:
;; @00b0                               trap user2
;; }
;;
;; main!far
;; function u0:6(i32) -> i32 tail {
;;     region0 = 0 "memory 0"
;;
;;                                 block0(v0: i32):
;; @00b8                               trap user2
;; }
