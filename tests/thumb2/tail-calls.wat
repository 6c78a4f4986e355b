;; The frame is taken down first; the callee returns to the caller's caller.
(module
  (type $two (func (param i32 i32) (result i32)))
  (type $six (func (param i32 i32 i32 i32 i32 i32) (result i32)))
  (table 2 funcref)
  (elem (i32.const 0) $leaf $leaf)
  (func $leaf (type $two) (return_call $leaf (local.get 1) (local.get 0)))
  (func $after_a_call (type $two)
    (return_call $leaf (call $leaf (local.get 0) (local.get 1)) (local.get 1)))
  (func $passes_six (type $two)
    (return_call $six (local.get 1) (local.get 0) (i32.const 3) (i32.const 4) (i32.const 5) (i32.const 6)))
  (func $six (type $six) (local.get 5))
  (func $by_table (type $two)
    (return_call_indirect (type $two) (call $leaf (local.get 0) (local.get 1)) (local.get 1) (local.get 0))))

;;= output
;;
;; main!leaf
;; 10 bytes, frame 0
;; .L0:
;;    0  mov r2, r0
;;    2  mov r0, r1
;;    4  mov r1, r2
;;    6  b.w component0.func0
;;
;; main!after_a_call
;; 22 bytes, frame 16
;; .L0:
;;    0  push {r4, lr}
;;    2  sub sp, #8
;;    4  mov r4, r1
;;    6  bl component0.func0
;;    a  mov r1, r4
;;    c  add sp, #8
;;    e  pop.w {r4, lr}
;;   12  b.w component0.func0
;;
;; main!passes_six
;; 28 bytes, frame 16
;; .L0:
;;    0  push {r4, r5, r6, lr}
;;    2  movs r2, #3
;;    4  movs r3, #4
;;    6  movs r5, #5
;;    8  movs r6, #6
;;    a  str r5, [sp, #16]
;;    c  str r6, [sp, #20]
;;    e  mov r4, r0
;;   10  mov r0, r1
;;   12  mov r1, r4
;;   14  pop.w {r4, r5, r6, lr}
;;   18  b.w component0.func3
;;
;; main!six
;; 4 bytes, frame 0
;; .L0:
;;    0  ldr r0, [sp, #4]
;;    2  bx lr
;;
;; main!by_table
;; 56 bytes, frame 24
;; .L0:
;;    0  push {r4, r5, lr}
;;    2  sub sp, #12
;;    4  mov r5, r1
;;    6  mov r4, r0
;;    8  bl component0.func0
;;    c  cmp r4, #2
;;    e  blo.n #0
;;   10  udf #3
;;   12  movw r1, #:lower16:component0.table0
;;   16  movt r1, #:upper16:component0.table0
;;   1a  ldr.w r1, [r1, r4, lsl #2]
;;   1e  ldrd r2, r3, [r1]
;;   22  cbnz r2, .L2
;; .L1:
;;   24  mov r1, r5
;;   26  add sp, #12
;;   28  pop.w {r4, r5, lr}
;;   2c  bx r3
;; .L2:
;;   2e  cmp.w r2, #4294967295
;;   32  bne.n #0
;;   34  udf #5
;;   36  udf #4
