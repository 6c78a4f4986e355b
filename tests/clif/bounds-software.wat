;;! component "main" "main.wat" { memory budget=(KiB)64; bounds "software"; }
;; Exact: one compare, unless an earlier one covers it or the address is constant.
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
;; @0076                               v2 = iconst.i32 0xfff4
;; @0076                               v3 = icmp ugt v0, v2  ; v2 = 0xfff4
;; @0076                               trapnz v3, user2
;;                                     v7 = symbol_value.i32 gv0
;;                                     v8 = iadd v7, v0
;; @0076                               v6 = load.i32 notrap aligned region0 v8+8
;; @0079                               return v6
;; }
;;
;; main!twice
;; function u0:1(i32) -> i32 tail {
;;     region0 = 0 "memory 0"
;;     gv0 = symbol colocated Home
;;
;;                                 block0(v0: i32):
;; @007e                               v2 = iconst.i32 0xfffc
;; @007e                               v3 = icmp ugt v0, v2  ; v2 = 0xfffc
;; @007e                               trapnz v3, user2
;;                                     v11 = symbol_value.i32 gv0
;;                                     v12 = iadd v11, v0
;; @007e                               v6 = load.i32 notrap aligned region0 v12
;; @0086                               v10 = iadd v6, v6
;; @0087                               return v10
;; }
;;
;; main!forward
;; function u0:2(i32, i32) -> i32 tail {
;;     region0 = 0 "memory 0"
;;     gv0 = symbol colocated Home
;;
;;                                 block0(v0: i32, v1: i32):
;; @008e                               v3 = iconst.i32 0xfffe
;; @008e                               v4 = icmp ugt v0, v3  ; v3 = 0xfffe
;; @008e                               trapnz v4, user2
;;                                     v12 = symbol_value.i32 gv0
;;                                     v13 = iadd v12, v0
;; @008e                               istore16 notrap region0 v1, v13
;; @0093                               v7 = iconst.i32 0xfffc
;; @0093                               v8 = icmp ugt v0, v7  ; v7 = 0xfffc
;; @0093                               trapnz v8, user2
;; @0093                               v11 = sload16.i32 notrap region0 v13+2
;; @0096                               return v11
;; }
;;
;; main!unused
;; function u0:3(i32) tail {
;;     region0 = 0 "memory 0"
;;     gv0 = symbol colocated Home
;;
;;                                 block0(v0: i32):
;; @009b                               v1 = iconst.i32 0xfffc
;; @009b                               v2 = icmp ugt v0, v1  ; v1 = 0xfffc
;; @009b                               trapnz v2, user2
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
