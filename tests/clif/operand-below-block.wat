;; Regression: an operand left on the stack below a `block (result i32)` with an inner branch.
(module
  (func (export "f") (param i32 i32) (result i32)
    local.get 0
    block (result i32)
      i32.const 10
      local.get 1
      br_if 0
      drop
      i32.const 20
    end
    i32.sub))

;;= output
;;
;; main!f
;; function u0:0(i32, i32) -> i32 tail {
;;                                 block0(v0: i32, v1: i32):
;; @0025                               v4 = iconst.i32 10
;; @0029                               brif v1, block2(v4), block3  ; v4 = 10
;;
;;                                 block3:
;; @002c                               v5 = iconst.i32 20
;; @002e                               jump block2(v5)  ; v5 = 20
;;
;;                                 block2(v3: i32):
;; @002f                               v6 = isub.i32 v0, v3
;; @0030                               return v6
;; }
