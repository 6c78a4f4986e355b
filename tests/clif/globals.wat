;; Constants are folded, extended constants too; a store to one global leaves what is known of another.
(module
  (global $base i32 (i32.const 100))
  (global $sum i32 (i32.add (i32.const 3) (i32.mul (i32.const 4) (i32.const 5))))
  (global $a (mut i32) (i32.const 1))
  (global $b (mut i64) (i64.const -2))
  (func (export "constants") (result i32) (i32.add (global.get $base) (global.get $sum)))
  (func (export "count") (result i64)
    (global.set $a (i32.add (global.get $a) (i32.const 1)))
    (global.set $b (i64.add (global.get $b) (i64.extend_i32_u (global.get $a))))
    (global.get $b)))

;;= output
;;
;; main!constants
;; function u0:0() -> i32 tail {
;;                                 block0:
;;                                     v4 = iconst.i32 123
;; @0057                               return v4  ; v4 = 123
;; }
;;
;; main!count
;; function u0:1() -> i64 tail {
;;     region0 = 13 "cell 3"
;;     region1 = 5 "cell 1"
;;     gv0 = symbol colocated Home
;;
;;                                 block0:
;; @005a                               v1 = symbol_value.i32 gv0
;; @005a                               v2 = load.i32 notrap aligned region0 v1-4
;; @005c                               v3 = iconst.i32 1
;; @005e                               v4 = iadd v2, v3  ; v3 = 1
;; @005f                               store notrap aligned region0 v4, v1-4
;; @0061                               v7 = load.i64 notrap aligned region1 v1-12
;; @0065                               v10 = uextend.i64 v4
;; @0066                               v11 = iadd v7, v10
;; @0067                               store notrap aligned region1 v11, v1-12
;; @006b                               return v11
;; }
