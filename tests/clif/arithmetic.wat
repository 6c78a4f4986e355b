;; Each operator as it comes; the mid-end folds and cancels.
(module
  (func (export "fold") (param i32) (result i32)
    (i32.sub (i32.add (local.get 0) (i32.const 7)) (i32.const 3)))
  (func (export "wide") (param i64 i32) (result i64)
    (i64.xor (i64.rotl (local.get 0) (i64.extend_i32_u (local.get 1))) (i64.extend_i32_s (local.get 1))))
  (func (export "narrow") (param i64) (result i32)
    (i32.add (i32.extend8_s (i32.wrap_i64 (local.get 0))) (i32.wrap_i64 (i64.extend16_s (local.get 0)))))
  (func (export "divide") (param i32 i32) (result i32)
    (i32.add (i32.div_s (local.get 0) (local.get 1)) (i32.rem_u (local.get 0) (i32.const 10))))
  (func (export "bits") (param i32 i64) (result i32 i64)
    (i32.add (i32.clz (local.get 0)) (i32.ctz (local.get 0)))
    (i64.popcnt (local.get 1)))
  (func (export "compare") (param i64 i64) (result i32)
    (i32.and (i64.lt_u (local.get 0) (local.get 1)) (i32.eqz (i64.eqz (local.get 1))))))

;;= output
;;
;; main!fold
;; function u0:0(i32) -> i32 tail {
;;                                 block0(v0: i32):
;;                                     v8 = iconst.i32 4
;;                                     v9 = iadd v0, v8  ; v8 = 4
;; @0078                               return v9
;; }
;;
;; main!wide
;; function u0:1(i64, i32) -> i64 tail {
;;                                 block0(v0: i64, v1: i32):
;;                                     v7 = rotl v0, v1
;; @0083                               v5 = sextend.i64 v1
;; @0084                               v6 = bxor v7, v5
;; @0085                               return v6
;; }
;;
;; main!narrow
;; function u0:2(i64) -> i32 tail {
;;                                 block0(v0: i64):
;;                                     v9 = ireduce.i8 v0
;; @008b                               v4 = sextend.i32 v9
;; @008e                               v5 = ireduce.i16 v0
;;                                     v11 = sextend.i32 v5
;; @0090                               v8 = iadd v4, v11
;; @0091                               return v8
;; }
;;
;; main!divide
;; function u0:3(i32, i32) -> i32 tail {
;;                                 block0(v0: i32, v1: i32):
;; @0098                               v3 = sdiv v0, v1
;;                                     v7 = iconst.i32 -858993459
;;                                     v8 = umulhi v0, v7  ; v7 = -858993459
;;                                     v9 = iconst.i32 3
;;                                     v10 = ushr v8, v9  ; v9 = 3
;; @009b                               v4 = iconst.i32 10
;;                                     v11 = imul v10, v4  ; v4 = 10
;;                                     v12 = isub v0, v11
;;                                     v5 -> v12
;; @009e                               v6 = iadd v3, v12
;; @009f                               return v6
;; }
;;
;; main!bits
;; function u0:4(i32, i64) -> i32, i64 tail {
;;                                 block0(v0: i32, v1: i64):
;; @00a4                               v4 = clz v0
;; @00a7                               v5 = ctz v0
;; @00a8                               v6 = iadd v4, v5
;; @00ab                               v7 = popcnt v1
;; @00ac                               return v6, v7
;; }
;;
;; main!compare
;; function u0:5(i64, i64) -> i32 tail {
;;                                 block0(v0: i64, v1: i64):
;; @00b3                               v3 = icmp ult v0, v1
;; @00b6                               v5 = iconst.i64 0
;;                                     v12 = icmp ne v1, v5  ; v5 = 0
;;                                     v13 = band v3, v12
;;                                     v14 = uextend.i32 v13
;; @00b9                               return v14
;; }
