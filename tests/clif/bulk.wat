;;! component "main" "main.wat" { memory budget=(KiB)64; memory "b" budget=(KiB)64; bounds "hardware"; }
;; Checked in the code in both modes, before the first byte moves; between any two memories.
(module
  (memory 1 1)
  (memory $b (export "b") 1 1)
  (data $d "abcdef")
  (func (export "copy") (param i32 i32 i32) (memory.copy $b 0 (local.get 0) (local.get 1) (local.get 2)))
  (func (export "fill") (param i32 i32) (memory.fill (local.get 0) (local.get 1) (i32.const 100)))
  (func (export "init") (param i32 i32 i32) (memory.init $b $d (local.get 0) (local.get 1) (local.get 2)))
  (func (export "drop") (data.drop $d))
  (func (export "across") (param i32) (i64.store32 $b offset=4 (local.get 0) (i64.load8_s (local.get 0)))))

;;= output
;;
;; main!copy
;; function u0:0(i32, i32, i32) tail {
;;     gv0 = symbol colocated Memory { component: ComponentId(0), index: 1 }
;;     gv1 = symbol colocated Home
;;     sig0 = (i32, i32, i32) tail
;;     fn0 = colocated Runtime(MemoryCopy) sig0
;;
;;                                 block0(v0: i32, v1: i32, v2: i32):
;; @0068                               v3 = iconst.i32 0x0001_0000
;; @0068                               v4 = icmp ugt v2, v3  ; v3 = 0x0001_0000
;; @0068                               trapnz v4, user2
;; @0068                               v5 = isub v3, v2  ; v3 = 0x0001_0000
;; @0068                               v6 = icmp ugt v0, v5
;; @0068                               trapnz v6, user2
;; @0068                               v10 = icmp ugt v1, v5
;; @0068                               trapnz v10, user2
;; @0068                               v11 = symbol_value.i32 gv0
;; @0068                               v12 = iadd v11, v0
;; @0068                               v13 = symbol_value.i32 gv1
;; @0068                               v14 = iadd v13, v1
;; @0068                               call fn0(v12, v14, v2)
;; @006c                               return
;; }
;;
;; main!fill
;; function u0:1(i32, i32) tail {
;;     gv0 = symbol colocated Home
;;     sig0 = (i32, i32, i32) tail
;;     fn0 = colocated Runtime(MemoryFill) sig0
;;
;;                                 block0(v0: i32, v1: i32):
;;                                     v21 = iconst.i32 0xff9c
;; @0076                               v6 = icmp ugt v0, v21  ; v21 = 0xff9c
;; @0076                               trapnz v6, user2
;; @0076                               v7 = symbol_value.i32 gv0
;; @0076                               v8 = iadd v7, v0
;; @0073                               v2 = iconst.i32 100
;; @0076                               call fn0(v8, v1, v2)  ; v2 = 100
;; @0079                               return
;; }
;;
;; main!init
;; function u0:2(i32, i32, i32) tail {
;;     region0 = 5 "cell 1"
;;     gv0 = symbol colocated Home
;;     gv1 = symbol colocated Memory { component: ComponentId(0), index: 1 }
;;     gv2 = symbol colocated Data { unit: Component(ComponentId(0)), index: 0 }
;;     sig0 = (i32, i32, i32) tail
;;     fn0 = colocated Runtime(MemoryCopy) sig0
;;
;;                                 block0(v0: i32, v1: i32, v2: i32):
;; @0082                               v3 = iconst.i32 0x0001_0000
;; @0082                               v4 = icmp ugt v2, v3  ; v3 = 0x0001_0000
;; @0082                               trapnz v4, user2
;; @0082                               v5 = isub v3, v2  ; v3 = 0x0001_0000
;; @0082                               v6 = icmp ugt v0, v5
;; @0082                               trapnz v6, user2
;; @0082                               v7 = symbol_value.i32 gv0
;; @0082                               v8 = load.i32 notrap aligned region0 v7-4
;; @0082                               v9 = icmp ugt v2, v8
;; @0082                               trapnz v9, user2
;; @0082                               v10 = isub v8, v2
;; @0082                               v11 = icmp ugt v1, v10
;; @0082                               trapnz v11, user2
;; @0082                               v12 = symbol_value.i32 gv1
;; @0082                               v13 = iadd v12, v0
;; @0082                               v14 = symbol_value.i32 gv2
;; @0082                               v15 = iadd v14, v1
;; @0082                               call fn0(v13, v15, v2)
;; @0086                               return
;; }
;;
;; main!drop
;; function u0:3() tail {
;;     region0 = 5 "cell 1"
;;     gv0 = symbol colocated Home
;;
;;                                 block0:
;; @0089                               v0 = iconst.i32 0
;; @0089                               v1 = symbol_value.i32 gv0
;; @0089                               store notrap aligned region0 v0, v1-4  ; v0 = 0
;; @008c                               return
;; }
;;
;; main!across
;; function u0:4(i32) tail {
;;     region0 = 0 "memory 0"
;;     region1 = 4 "memory 1"
;;     gv0 = symbol colocated Home
;;     gv1 = symbol colocated Memory { component: ComponentId(0), index: 1 }
;;
;;                                 block0(v0: i32):
;; @0093                               v10 = iconst.i32 0xfff8
;; @0093                               v11 = icmp ugt v0, v10  ; v10 = 0xfff8
;; @0093                               trapnz v11, user2
;;                                     v12 = symbol_value.i32 gv0
;;                                     v13 = iadd v12, v0
;; @0093                               v5 = sload8.i64 notrap region0 v13
;;                                     v14 = symbol_value.i32 gv1
;;                                     v15 = iadd v14, v0
;; @0096                               istore32 notrap aligned region1 v5, v15+4
;; @009a                               return
;; }
