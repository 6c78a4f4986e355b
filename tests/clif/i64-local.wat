;; Regression: `local.set` and `local.tee` of an i64 parameter.
(module
  (func (export "set") (param i32 i64 i32) (result i64)
    (local.set 1 (i64.add (local.get 1) (i64.const 1)))
    (if (local.get 0) (then (local.set 1 (i64.extend_i32_u (local.get 2)))))
    (local.get 1))
  (func (export "tee") (param i64 i32) (result i64)
    (i64.mul (local.tee 0 (i64.shl (local.get 0) (i64.const 4))) (local.get 0))))

;;= output
;;
;; main!set
;; function u0:0(i32, i64, i32) -> i64 tail {
;;                                 block0(v0: i32, v1: i64, v2: i32):
;; @003a                               brif v0, block3, block2
;;
;;                                 block3:
;; @003e                               v6 = uextend.i64 v2
;; @0041                               jump block4(v6)
;;
;;                                 block2:
;; @0033                               v4 = iconst.i64 1
;; @0035                               v5 = iadd.i64 v1, v4  ; v4 = 1
;; @0041                               jump block4(v5)
;;
;;                                 block4(v7: i64):
;; @0044                               return v7
;; }
;;
;; main!tee
;; function u0:1(i64, i32) -> i64 tail {
;;                                 block0(v0: i64, v1: i32):
;; @0049                               v3 = iconst.i64 4
;; @004b                               v4 = ishl v0, v3  ; v3 = 4
;; @0050                               v5 = imul v4, v4
;; @0051                               return v5
;; }
