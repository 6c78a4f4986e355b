;;! component "main" "main.wat" { memory budget=(KiB)64; bounds "software"; }
;; Checks that ranges make needless, or one.
(module
  (memory 1 1)
  (func (export "masked-index") (param i32) (result i32)
    (i32.load offset=1024 (i32.shl (i32.and (local.get 0) (i32.const 255)) (i32.const 2))))
  (func (export "counted-loop") (result i32) (local i32 i32)
    (local.set 0 (i32.const -1024))
    (loop $again
      (local.set 1 (i32.add (local.get 1) (i32.load8_u (i32.add (local.get 0) (i32.const 2048)))))
      (br_if $again (local.tee 0 (i32.add (local.get 0) (i32.const 1)))))
    (local.get 1))
  (func (export "fields") (param i32) (result i32)
    (i32.add (i32.load (local.get 0))
      (i32.add (i32.load (i32.add (local.get 0) (i32.const 4))) (i32.load offset=8 (local.get 0)))))
  (func (export "store-between") (param i32)
    (i32.store (local.get 0) (i32.const 1))
    (i32.store (i32.add (local.get 0) (i32.const 4)) (i32.const 2))))

;;= output
;;
;; main!masked-index
;; function u0:0(i32) -> i32 tail {
;;     region0 = 0 "memory 0"
;;     gv0 = symbol colocated Home
;;
;;                                 block0(v0: i32):
;; @0066                               v2 = iconst.i32 255
;; @0069                               v3 = band v0, v2  ; v2 = 255
;; @006a                               v4 = iconst.i32 2
;; @006c                               v5 = ishl v3, v4  ; v4 = 2
;;                                     v11 = symbol_value.i32 gv0
;;                                     v12 = iadd v11, v5
;; @006d                               v10 = load.i32 notrap aligned region0 v12+1024
;; @0071                               return v10
;; }
;;
;; main!counted-loop
;; function u0:1() -> i32 tail {
;;     region0 = 0 "memory 0"
;;     gv0 = symbol colocated Home
;;
;;                                 block0:
;; @0073                               v1 = iconst.i32 0
;; @0076                               v2 = iconst.i32 -1024
;; @007b                               jump block2(v1, v2)  ; v1 = 0, v2 = -1024
;;
;;                                 block2(v3: i32, v4: i32):
;;                                     v21 = symbol_value.i32 gv0
;;                                     v22 = iconst.i32 2048
;;                                     v23 = iadd v21, v22  ; v22 = 2048
;;                                     v24 = iadd v23, v4
;; @0085                               v11 = uload8.i32 notrap region0 v24
;;                                     v19 = iconst.i32 1
;;                                     v20 = iadd v4, v19  ; v19 = 1
;; @0088                               v12 = iadd v3, v11
;; @0092                               brif v20, block2(v12, v20), block4
;;
;;                                 block4:
;; @0094                               jump block3
;;
;;                                 block3:
;; @0097                               return v12
;; }
;;
;; main!fields
;; function u0:2(i32) -> i32 tail {
;;     region0 = 0 "memory 0"
;;     gv0 = symbol colocated Home
;;
;;                                 block0(v0: i32):
;; @009c                               v23 = iconst.i32 0xfff4
;; @009c                               v24 = icmp ugt v0, v23  ; v23 = 0xfff4
;; @009c                               trapnz v24, user2
;;                                     v25 = symbol_value.i32 gv0
;;                                     v26 = iadd v25, v0
;; @009c                               v6 = load.i32 notrap aligned region0 v26
;; @00a4                               v13 = load.i32 notrap aligned region0 v26+4
;; @00a9                               v18 = load.i32 notrap aligned region0 v26+8
;; @00ac                               v19 = iadd v13, v18
;; @00ad                               v20 = iadd v6, v19
;; @00ae                               return v20
;; }
;;
;; main!store-between
;; function u0:3(i32) tail {
;;     region0 = 0 "memory 0"
;;     gv0 = symbol colocated Home
;;
;;                                 block0(v0: i32):
;; @00b5                               v2 = iconst.i32 0xfffc
;; @00b5                               v3 = icmp ugt v0, v2  ; v2 = 0xfffc
;; @00b5                               trapnz v3, user2
;; @00b3                               v1 = iconst.i32 1
;;                                     v15 = symbol_value.i32 gv0
;;                                     v16 = iadd v15, v0
;; @00b5                               store notrap aligned region0 v1, v16  ; v1 = 1
;; @00bf                               v13 = iconst.i32 0xfff8
;; @00bf                               v14 = icmp ugt v0, v13  ; v13 = 0xfff8
;; @00bf                               trapnz v14, user2
;; @00bd                               v8 = iconst.i32 2
;; @00bf                               store notrap aligned region0 v8, v16+4  ; v8 = 2
;; @00c2                               return
;; }
