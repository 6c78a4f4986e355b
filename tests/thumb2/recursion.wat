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
;; 36 bytes, frame 16
;; .L0:
;;    0  push {r3, r4, r5, lr}
;;    2  cmp r0, #2
;;    4  mov r4, r0
;;    6  bhs.n .L2
;; .L1:
;;    8  mov r0, r4
;;    a  b.n .L3
;; .L2:
;;    c  mov r1, r4
;;    e  subs r0, r1, #1
;;   10  bl component0.func0
;;   14  mov r5, r0
;;   16  mov r0, r4
;;   18  subs r0, r0, #2
;;   1a  bl component0.func0
;;   1e  mov r1, r5
;;   20  adds r0, r0, r1
;; .L3:
;;   22  pop {r3, r4, r5, pc}
