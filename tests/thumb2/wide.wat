;; 64-bit values as pairs of registers.
(module
  (func $add (param i64 i64) (result i64) (i64.add (local.get 0) (local.get 1)))
  (func $increment (param i64) (result i64) (i64.add (local.get 0) (i64.const 1)))
  (func $multiply (param i64 i64) (result i64) (i64.mul (local.get 0) (local.get 1)))
  (func $multiply_halves (param i32 i32) (result i64)
    (i64.mul (i64.extend_i32_u (local.get 0)) (i64.extend_i32_u (local.get 1))))
  (func $shift (param i64) (result i64) (i64.shl (local.get 0) (i64.const 5)))
  (func $shift_far (param i64) (result i64) (i64.shr_u (local.get 0) (i64.const 40)))
  (func $shift_by (param i64 i64) (result i64) (i64.shr_s (local.get 0) (local.get 1)))
  (func $rotate (param i64) (result i64) (i64.rotl (local.get 0) (i64.const 13)))
  (func $equal (param i64 i64) (result i32) (i64.eq (local.get 0) (local.get 1)))
  (func $is_zero (param i64) (result i32) (i64.eqz (local.get 0)))
  (func $leading_zeros (param i64) (result i64) (i64.clz (local.get 0)))
  (func $wrap (param i64) (result i32) (i32.wrap_i64 (local.get 0)))
  (func $divide (param i64 i64) (result i64) (i64.div_s (local.get 0) (local.get 1))))

;;= output
;;
;; main!add
;; 8 bytes, frame 0
;; .L0:
;;    0  adds r0, r0, r2
;;    2  adc.w r1, r1, r3
;;    6  bx lr
;;
;; main!increment
;; 8 bytes, frame 0
;; .L0:
;;    0  adds r0, r0, #1
;;    2  adc r1, r1, #0
;;    6  bx lr
;;
;; main!multiply
;; 18 bytes, frame 16
;; .L0:
;;    0  push {r3, r4, r5, lr}
;;    2  umull r4, r5, r0, r2
;;    6  mla r0, r0, r3, r5
;;    a  mla r1, r2, r1, r0
;;    e  mov r0, r4
;;   10  pop {r3, r4, r5, pc}
;;
;; main!multiply_halves
;; 6 bytes, frame 0
;; .L0:
;;    0  umull r0, r1, r0, r1
;;    4  bx lr
;;
;; main!shift
;; 10 bytes, frame 0
;; .L0:
;;    0  lsls r1, r1, #5
;;    2  orr.w r1, r1, r0, lsr #27
;;    6  lsls r0, r0, #5
;;    8  bx lr
;;
;; main!shift_far
;; 6 bytes, frame 0
;; .L0:
;;    0  lsrs r0, r1, #8
;;    2  movs r1, #0
;;    4  bx lr
;;
;; main!shift_by
;; 32 bytes, frame 0
;; .L0:
;;    0  and r2, r2, #63
;;    4  rsb.w r3, r2, #32
;;    8  lsrs r0, r2
;;    a  lsl.w r3, r1, r3
;;    e  orrs r0, r3
;;   10  subs.w r3, r2, #32
;;   14  asr.w r3, r1, r3
;;   18  it pl
;;   1a  movpl r0, r3
;;   1c  asrs r1, r2
;;   1e  bx lr
;;
;; main!rotate
;; 16 bytes, frame 0
;; .L0:
;;    0  lsls r2, r1, #13
;;    2  orr.w r2, r2, r0, lsr #19
;;    6  lsls r0, r0, #13
;;    8  orr.w r0, r0, r1, lsr #19
;;    c  mov r1, r2
;;    e  bx lr
;;
;; main!equal
;; 14 bytes, frame 0
;; .L0:
;;    0  eors r0, r2
;;    2  eors r1, r3
;;    4  orrs r0, r1
;;    6  ite eq
;;    8  moveq r0, #1
;;    a  movne r0, #0
;;    c  bx lr
;;
;; main!is_zero
;; 10 bytes, frame 0
;; .L0:
;;    0  orrs r0, r1
;;    2  ite eq
;;    4  moveq r0, #1
;;    6  movne r0, #0
;;    8  bx lr
;;
;; main!leading_zeros
;; 24 bytes, frame 0
;; .L0:
;;    0  clz r3, r1
;;    4  clz r0, r0
;;    8  add.w r2, r0, #32
;;    c  cmp r1, #0
;;    e  mov r0, r3
;;   10  it eq
;;   12  moveq r0, r2
;;   14  movs r1, #0
;;   16  bx lr
;;
;; main!wrap
;; 2 bytes, frame 0
;; .L0:
;;    0  bx lr
;;
;; main!divide
;; 36 bytes, frame 16
;; .L0:
;;    0  push {r4, r5, r6, lr}
;;    2  orrs.w r6, r2, r3
;;    6  bne.n #0
;;    8  udf #6
;;    a  eor r5, r1, #2147483648
;;    e  orr.w lr, r5, r0
;;   12  and.w r4, r2, r3
;;   16  orns r4, lr, r4
;;   1a  bne.n #0
;;   1c  udf #7
;;   1e  bl runtime.i64_div_s
;;   22  pop {r4, r5, r6, pc}
