;; A parameter that is needed after a call moves to a register that the call keeps, once.
(module
  (func $fibonacci (param i32) (result i32)
    (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
      (then (local.get 0))
      (else (i32.add
        (call $fibonacci (i32.sub (local.get 0) (i32.const 1)))
        (call $fibonacci (i32.sub (local.get 0) (i32.const 2))))))))

;;= output
;;
;; main!fibonacci
;; 40 bytes, frame 16
;; .L0:
;;    0  push {r4, r5, lr}
;;    2  sub sp, #4
;;    4  cmp r0, #2
;;    6  mov r4, r0
;;    8  bhs.n .L2
;; .L1:
;;    a  mov r0, r4
;;    c  b.n .L3
;; .L2:
;;    e  mov r1, r4
;;   10  subs r0, r1, #1
;;   12  bl component0.func0
;;   16  mov r5, r0
;;   18  mov r0, r4
;;   1a  subs r0, r0, #2
;;   1c  bl component0.func0
;;   20  mov r1, r5
;;   22  adds r0, r0, r1
;; .L3:
;;   24  add sp, #4
;;   26  pop {r4, r5, pc}
