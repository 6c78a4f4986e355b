;;! component "main" "main.wat" { memory budget=(KiB)192 grow=#true; bounds "software"; }
;; The size is a cell of instance data. What lies inside the initial size needs no second compare.
(module
  (memory 1 3)
  (func (export "size") (result i32) (memory.size))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "far") (param i32) (result i64) (i64.load offset=70000 (local.get 0)))
  (func (export "constant") (result i32) (i32.load8_u (i32.const 70000))))

;;= output
;;
;; main!size
;; function u0:0() -> i32 tail {
;;     region0 = 5 "cell 1"
;;     gv0 = symbol colocated Home
;;
;;                                 block0:
;; @0055                               v1 = symbol_value.i32 gv0
;; @0055                               v2 = load.i32 notrap aligned region0 v1-4
;; @0055                               v3 = iconst.i32 16
;; @0055                               v4 = ushr v2, v3  ; v3 = 16
;; @0057                               return v4
;; }
;;
;; main!grow
;; function u0:1(i32) -> i32 tail {
;;     region0 = 5 "cell 1"
;;     gv0 = symbol colocated Home
;;
;;                                 block0(v0: i32):
;; @005c                               v2 = symbol_value.i32 gv0
;; @005c                               v3 = load.i32 notrap aligned region0 v2-4
;; @005c                               v7 = iconst.i32 0x0003_0000
;; @005c                               v8 = isub v7, v3  ; v7 = 0x0003_0000
;; @005c                               v4 = iconst.i32 16
;; @005c                               v10 = ushr v8, v4  ; v4 = 16
;; @005c                               v11 = icmp ugt v0, v10
;; @005c                               v13 = ishl v0, v4  ; v4 = 16
;; @005c                               v14 = iadd v3, v13
;; @005c                               v15 = select v11, v3, v14
;; @005c                               store notrap aligned region0 v15, v2-4
;; @005c                               v6 = iconst.i32 -1
;; @005c                               v5 = ushr v3, v4  ; v4 = 16
;; @005c                               v17 = select v11, v6, v5  ; v6 = -1
;; @005e                               return v17
;; }
;;
;; main!load
;; function u0:2(i32) -> i32 tail {
;;     region0 = 0 "memory 0"
;;     region1 = 5 "cell 1"
;;     gv0 = symbol colocated Home
;;
;;                                 block0(v0: i32):
;; @0063                               v2 = symbol_value.i32 gv0
;; @0063                               v3 = load.i32 notrap aligned region1 v2-4
;; @0063                               v4 = iconst.i32 4
;; @0063                               v5 = isub v3, v4  ; v4 = 4
;; @0063                               v6 = icmp ugt v0, v5
;; @0063                               trapnz v6, user2
;;                                     v10 = symbol_value.i32 gv0
;;                                     v11 = iadd v10, v0
;; @0063                               v9 = load.i32 notrap aligned region0 v11
;; @0066                               return v9
;; }
;;
;; main!far
;; function u0:3(i32) -> i64 tail {
;;     region0 = 0 "memory 0"
;;     region1 = 5 "cell 1"
;;     gv0 = symbol colocated Home
;;
;;                                 block0(v0: i32):
;; @006b                               v2 = symbol_value.i32 gv0
;; @006b                               v3 = load.i32 notrap aligned region1 v2-4
;; @006b                               v4 = iconst.i32 0x0001_1178
;; @006b                               v5 = icmp ult v3, v4  ; v4 = 0x0001_1178
;; @006b                               trapnz v5, user2
;; @006b                               v6 = isub v3, v4  ; v4 = 0x0001_1178
;; @006b                               v7 = icmp ugt v0, v6
;; @006b                               trapnz v7, user2
;;                                     v11 = symbol_value.i32 gv0
;;                                     v12 = iconst.i32 0x0001_1170
;;                                     v13 = iadd v11, v12  ; v12 = 0x0001_1170
;;                                     v14 = iadd v13, v0
;; @006b                               v10 = load.i64 notrap aligned region0 v14
;; @0070                               return v10
;; }
;;
;; main!constant
;; function u0:4() -> i32 tail {
;;     region0 = 0 "memory 0"
;;     region1 = 5 "cell 1"
;;     gv0 = symbol colocated Home
;;
;;                                 block0:
;; @0077                               v2 = symbol_value.i32 gv0
;; @0077                               v3 = load.i32 notrap aligned region1 v2-4
;; @0077                               v4 = iconst.i32 1
;; @0077                               v5 = isub v3, v4  ; v4 = 1
;; @0073                               v1 = iconst.i32 0x0001_1170
;;                                     v11 = icmp ult v5, v1  ; v1 = 0x0001_1170
;; @0077                               trapnz v11, user2
;; @0077                               v8 = iconst.i32 0x0001_1000
;; @0077                               v9 = iadd v2, v8  ; v8 = 0x0001_1000
;; @0077                               v10 = uload8.i32 notrap region0 v9+368
;; @007a                               return v10
;; }
