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
;;                                     v1116 = symbol_value.i32 gv0
;;                                     v1117 = iadd v1116, v4
;; @0085                               v24 = uload8.i32 notrap region0 v1117+2048
;; @0088                               v27 = iadd v3, v24
;; @0085                               v31 = uload8.i32 notrap region0 v1117+2049
;; @0088                               v34 = iadd v27, v31
;; @0085                               v38 = uload8.i32 notrap region0 v1117+2050
;; @0088                               v41 = iadd v34, v38
;; @0085                               v45 = uload8.i32 notrap region0 v1117+2051
;; @0088                               v48 = iadd v41, v45
;; @0085                               v52 = uload8.i32 notrap region0 v1117+2052
;; @0088                               v55 = iadd v48, v52
;; @0085                               v59 = uload8.i32 notrap region0 v1117+2053
;; @0088                               v62 = iadd v55, v59
;; @0085                               v66 = uload8.i32 notrap region0 v1117+2054
;; @0088                               v69 = iadd v62, v66
;; @0085                               v73 = uload8.i32 notrap region0 v1117+2055
;; @0088                               v76 = iadd v69, v73
;; @0085                               v80 = uload8.i32 notrap region0 v1117+2056
;; @0088                               v83 = iadd v76, v80
;; @0085                               v87 = uload8.i32 notrap region0 v1117+2057
;; @0088                               v90 = iadd v83, v87
;; @0085                               v94 = uload8.i32 notrap region0 v1117+2058
;; @0088                               v97 = iadd v90, v94
;; @0085                               v101 = uload8.i32 notrap region0 v1117+2059
;; @0088                               v104 = iadd v97, v101
;; @0085                               v108 = uload8.i32 notrap region0 v1117+2060
;; @0088                               v111 = iadd v104, v108
;; @0085                               v115 = uload8.i32 notrap region0 v1117+2061
;; @0088                               v118 = iadd v111, v115
;; @0085                               v122 = uload8.i32 notrap region0 v1117+2062
;; @0088                               v125 = iadd v118, v122
;; @0085                               v11 = uload8.i32 notrap region0 v1117+2063
;; @0088                               v12 = iadd v125, v11
;;                                     v1114 = iconst.i32 16
;;                                     v1115 = iadd v4, v1114  ; v1114 = 16
;; @0092                               brif v1115, block2(v12, v1115), block4
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
