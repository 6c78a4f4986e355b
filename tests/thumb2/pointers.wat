;; Native pointers: what loops move is the native address, a table's base is made before the loop, and constants are
;; loaded there too.
(module
  (memory 1)
  ;; Two loads for each turn, from a pointer that goes up to an end.
  (func $walk (param $p i32) (param $end i32) (result i32)
    (local $sum i32)
    (loop $turn
      (local.set $sum
        (i32.add (local.get $sum) (i32.mul (i32.load (local.get $p)) (i32.load (i32.add (local.get $p) (i32.const 4))))))
      (br_if $turn (i32.ne (local.tee $p (i32.add (local.get $p) (i32.const 8))) (local.get $end))))
    (local.get $sum))
  ;; A table at 1024, and a constant that no instruction holds.
  (func $table (param $n i32) (result i32)
    (local $sum i32)
    (loop $turn
      (local.set $sum
        (i32.xor
          (i32.mul (local.get $sum) (i32.const 0x01000193))
          (i32.load (i32.add (i32.shl (local.get $n) (i32.const 2)) (i32.const 1024)))))
      (br_if $turn (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  ;; The wasm address is needed as well: compared by order, and returned.
  (func $both (param $p i32) (param $end i32) (result i32)
    (loop $turn
      (i32.store (local.get $p) (i32.load offset=4 (local.get $p)))
      (br_if $turn (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 8))) (local.get $end))))
    (local.get $p))
  ;; Accesses of one structure after a branch: the sum is made where they are.
  (func $late (param $p i32) (result i32)
    (if (i32.eqz (local.get $p)) (then (return (i32.const 0))))
    (i32.sub (i32.load offset=4 (local.get $p)) (i32.load offset=12 (local.get $p)))))

;;= output
;;
;; main!walk
;; 32 bytes, frame 8
;; .L0:
;;    0  push {r3, lr}
;;    2  add.w r3, r11, r1
;;    6  add r0, r11
;;    8  movs r1, #0
;;    a  mov r2, r1
;; .L1:
;;    c  ldr r1, [r0]
;;    e  ldr.w lr, [r0, #4]
;;   12  mla r2, r1, lr, r2
;;   16  adds r0, #8
;;   18  cmp r0, r3
;;   1a  bne.n .L1
;; .L4:
;;   1c  mov r0, r2
;;   1e  pop {r3, pc}
;;
;; main!table
;; 34 bytes, frame 8
;; .L0:
;;    0  push {r4, lr}
;;    2  mov r3, r0
;;    4  movs r0, #0
;;    6  movw r1, #403
;;    a  movt r1, #256
;;    e  add.w r2, r11, #1024
;; .L1:
;;   12  ldr.w r4, [r2, r3, lsl #2]
;;   16  mul r0, r0, r1
;;   1a  eors r0, r4
;;   1c  subs r3, r3, #1
;;   1e  bne.n .L1
;; .L4:
;;   20  pop {r4, pc}
;;
;; main!both
;; 16 bytes, frame 0
;; .L0:
;; .L1:
;;    0  add.w r2, r11, r0
;;    4  ldr r3, [r2, #4]
;;    6  str r3, [r2]
;;    8  adds r0, #8
;;    a  cmp r0, r1
;;    c  blo.n .L1
;; .L4:
;;    e  bx lr
;;
;; main!late
;; 18 bytes, frame 0
;; .L0:
;;    0  cbnz r0, .L3
;; .L1:
;;    2  movs r0, #0
;;    4  bx lr
;; .L3:
;;    6  add.w r1, r11, r0
;;    a  ldr r0, [r1, #4]
;;    c  ldr r1, [r1, #12]
;;    e  subs r0, r0, r1
;;   10  bx lr
