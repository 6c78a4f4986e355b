;; Arguments and results beyond four words are in the caller's outgoing area.
(module
  (type $binary (func (param i32 i32) (result i32)))
  (table 2 funcref)
  (elem (i32.const 0) $first $second)
  (func $first (type $binary) (local.get 0))
  (func $second (type $binary) (local.get 1))
  (func $many (param i32 i32 i64 i64 i32) (result i64 i64 i32)
    (local.get 3) (local.get 2) (local.get 4))
  (func $call_many (param i32) (result i32) (local i64 i64)
    (call $many (i32.const 1) (local.get 0) (i64.const 2) (i64.const 3) (local.get 0))
    (local.set 1 (i64.extend_i32_u)) (local.set 2) (local.set 1)
    (i32.wrap_i64 (i64.add (local.get 1) (local.get 2))))
  (func $indirect (param i32 i32) (result i32)
    (call_indirect (type $binary) (local.get 0) (local.get 1) (local.get 1)))
  (func $divide (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
  (func $divide_by_ten (param i32) (result i32) (i32.div_u (local.get 0) (i32.const 10))))

;;= output
;;
;; main!first
;; 2 bytes, frame 0
;; .L0:
;;    0  bx lr
;;
;; main!second
;; 4 bytes, frame 0
;; .L0:
;;    0  mov r0, r1
;;    2  bx lr
;;
;; main!many
;; 12 bytes, frame 8
;; .L0:
;;    0  push {r4, lr}
;;    2  ldr r0, [sp, #8]
;;    4  ldr r1, [sp, #12]
;;    6  ldr r4, [sp, #16]
;;    8  str r4, [sp, #8]
;;    a  pop {r4, pc}
;;
;; main!call_many
;; 34 bytes, frame 24
;; .L0:
;;    0  push {r4, lr}
;;    2  sub sp, #16
;;    4  mov lr, r0
;;    6  movs r0, #1
;;    8  movs r2, #2
;;    a  movs r3, #0
;;    c  movs r4, #3
;;    e  movs r1, #0
;;   10  str r4, [sp]
;;   12  str r1, [sp, #4]
;;   14  mov r1, lr
;;   16  str r1, [sp, #8]
;;   18  bl component0.func2
;;   1c  adds r0, r0, r2
;;   1e  add sp, #16
;;   20  pop {r4, pc}
;;
;; main!indirect
;; 40 bytes, frame 8
;; .L0:
;;    0  push {r3, lr}
;;    2  cmp r1, #2
;;    4  blo.n #0
;;    6  udf #3
;;    8  movw r2, #:lower16:component0.table0
;;    c  movt r2, #:upper16:component0.table0
;;   10  ldr.w r2, [r2, r1, lsl #2]
;;   14  ldrd r3, r2, [r2]
;;   18  cbnz r3, .L2
;; .L1:
;;   1a  blx r2
;;   1c  pop {r3, pc}
;; .L2:
;;   1e  cmp.w r3, #4294967295
;;   22  bne.n #0
;;   24  udf #5
;;   26  udf #4
;;
;; main!divide
;; 18 bytes, frame 0
;; .L0:
;;    0  eor r2, r0, #2147483648
;;    4  orns r2, r2, r1
;;    8  bne.n #0
;;    a  udf #7
;;    c  sdiv r0, r0, r1
;;   10  bx lr
;;
;; main!divide_by_ten
;; 16 bytes, frame 0
;; .L0:
;;    0  movw r2, #52429
;;    4  movt r2, #52428
;;    8  umull r0, r1, r0, r2
;;    c  lsrs r0, r1, #3
;;    e  bx lr
