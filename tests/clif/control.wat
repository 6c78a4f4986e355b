;; Blocks with parameters and several results, loops, tables of branches, code that cannot run.
(module
  (func (export "swap") (param i32 i64) (result i64 i32)
    (local.get 0) (local.get 1)
    (block (param i32 i64) (result i64 i32)
      (local.set 1) (local.set 0) (local.get 1) (local.get 0)))
  (func (export "sum") (param i32) (result i32)
    (local i32)
    (loop (result i32)
      (local.set 1 (i32.add (local.get 1) (local.get 0)))
      (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))
      (local.get 1)))
  (func (export "if-params") (param i32 i32) (result i32)
    (local.get 1)
    (if (param i32) (result i32) (local.get 0)
      (then (i32.const 1) (i32.add))
      (else (i32.const 2) (i32.mul))))
  (func (export "if-without-else") (param i32 i32) (result i32)
    (local.get 1)
    (if (param i32) (result i32) (local.get 0) (then (i32.const 1) (i32.add))))
  (func (export "table") (param i32) (result i32)
    (block $c (result i32)
      (block $b (result i32)
        (block $a (result i32)
          (i32.const 5) (br_table $a $b $c $b (local.get 0)))
        (return (i32.add (i32.const 1))))
      (i32.add (i32.const 100))))
  (func (export "dead") (param i32) (result i32)
    (block (result i32)
      (br 0 (local.get 0))
      (if (result i32) (i32.const 1) (then (i32.const 2)) (else (loop (br 0)) (unreachable)))
      (i32.add)))
  (func (export "loop-params") (param i32) (result i32)
    (i32.const 1) (local.get 0)
    (loop (param i32 i32) (result i32)
      (local.set 0) (i32.const 3) (i32.mul) (local.get 0) (i32.const 1) (i32.sub)
      (br_if 0 (local.get 0)) (drop)))
  (func (export "endless") (loop (br 0)))
  (func (export "select") (param i64 i64 i32) (result i64)
    (select (local.get 0) (local.get 1) (local.get 2))))

;;= output
;;
;; main!swap
;; function u0:0(i32, i64) -> i64, i32 tail {
;;                                 block0(v0: i32, v1: i64):
;; @00a5                               jump block2
;;
;;                                 block2:
;; @00a6                               return v1, v0
;; }
;;
;; main!sum
;; function u0:1(i32) -> i32 tail {
;;                                 block0(v0: i32):
;; @00a8                               v2 = iconst.i32 0
;; @00ab                               jump block2(v2, v0)  ; v2 = 0
;;
;;                                 block2(v4: i32, v5: i32):
;;                                     v9 = iconst.i32 1
;;                                     v10 = isub v5, v9  ; v9 = 1
;; @00b1                               v6 = iadd v4, v5
;; @00bb                               brif v10, block2(v6, v10), block4
;;
;;                                 block4:
;; @00bf                               jump block3
;;
;;                                 block3:
;; @00c0                               return v6
;; }
;;
;; main!if-params
;; function u0:2(i32, i32) -> i32 tail {
;;                                 block0(v0: i32, v1: i32):
;; @00c7                               brif v0, block3, block2
;;
;;                                 block3:
;;                                     v9 = iconst.i32 1
;; @00cb                               v5 = iadd.i32 v1, v9  ; v9 = 1
;; @00cc                               jump block4(v5)
;;
;;                                 block2:
;;                                     v8 = iadd.i32 v1, v1
;; @00d0                               jump block4(v8)
;;
;;                                 block4(v3: i32):
;; @00d1                               return v3
;; }
;;
;; main!if-without-else
;; function u0:3(i32, i32) -> i32 tail {
;;                                 block0(v0: i32, v1: i32):
;; @00d8                               brif v0, block3, block2
;;
;;                                 block3:
;; @00da                               v4 = iconst.i32 1
;; @00dc                               v5 = iadd.i32 v1, v4  ; v4 = 1
;; @00dd                               jump block4(v5)
;;
;;                                 block2:
;; @00dd                               jump block4(v1)
;;
;;                                 block4(v3: i32):
;; @00de                               return v3
;; }
;;
;; main!table
;; function u0:4(i32) -> i32 tail {
;;                                 block0(v0: i32):
;; @00e7                               v5 = iconst.i32 5
;; @00eb                               br_table v0, block3, [block4, block3, block2(v5)]  ; v5 = 5
;;
;;                                 block4:
;;                                     v10 = iconst.i32 6
;; @00f5                               return v10  ; v10 = 6
;;
;;                                 block3:
;;                                     v16 = iconst.i32 105
;; @00fb                               jump block2(v16)  ; v16 = 105
;;
;;                                 block2(v2: i32):
;; @00fc                               return v2
;; }
;;
;; main!dead
;; function u0:5(i32) -> i32 tail {
;;                                 block0(v0: i32):
;; @0103                               jump block2
;;
;;                                 block2:
;; @0115                               return v0
;; }
;;
;; main!loop-params
;; function u0:6(i32) -> i32 tail {
;;                                 block0(v0: i32):
;; @0118                               v2 = iconst.i32 1
;; @011c                               jump block2(v2, v0)  ; v2 = 1
;;
;;                                 block2(v3: i32, v4: i32):
;;                                     v10 = iconst.i32 3
;;                                     v11 = imul v3, v10  ; v10 = 3
;;                                     v12 = iconst.i32 1
;;                                     v13 = isub v4, v12  ; v12 = 1
;; @012a                               brif v4, block2(v11, v13), block4
;;
;;                                 block4:
;; @012d                               jump block3
;;
;;                                 block3:
;; @012e                               return v11
;; }
;;
;; main!endless
;; function u0:7() tail {
;;                                 block0:
;; @0131                               jump block2
;;
;;                                 block2:
;; @0133                               jump block2
;; }
;;
;; main!select
;; function u0:8(i64, i64, i32) -> i64 tail {
;;                                 block0(v0: i64, v1: i64, v2: i32):
;; @013f                               v4 = select v2, v0, v1
;; @0140                               return v4
;; }
