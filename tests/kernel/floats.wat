;; Floats through gates: arguments and results by their bits, values kept across a call, in hardware and by helpers.
;;board mps2-an386 mps2-an500 mps2-an505
;;! component "front" "front.wat" { memory budget=(KiB)1 }
;;! component "back" "back.wat" { memory budget=(B)512 }
;;! run "front#single"
;;! run "front#kept" 3

;;@ front.wat
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (import "back" "scale" (func $scale (param f32 f32) (result f32)))
  (import "back" "swap" (func $swap (param f32 i32 f32 f32) (result f32 f32 i32 f32)))
  (memory (export "memory") 1024 1024 (pagesize 1))
  (func $show (param f32) (call $log (i32.reinterpret_f32 (local.get 0))))
  (func (export "single")
    (call $show (call $scale (f32.const 1.5) (f32.const -4)))
    (call $swap (f32.const 1) (i32.const 2) (f32.const 3) (f32.const 4))
    (call $show) (call $log) (call $show) (call $show))
  (func (export "kept") (param i32) (local $x f32) (local $y f32)
    (local.set $x (f32.convert_i32_s (local.get 0)))
    (local.set $y (f32.sqrt (local.get $x)))
    (call $show (f32.add (call $scale (local.get $x) (local.get $y)) (f32.mul (local.get $x) (local.get $y))))))

;;@ back.wat
(module
  (memory (export "memory") 256 256 (pagesize 1))
  (func (export "scale") (param f32 f32) (result f32)
    (f32.mul (local.get 0) (local.get 1)))
  (func (export "swap") (param f32 i32 f32 f32) (result f32 f32 i32 f32)
    (local.get 3) (local.get 2) (local.get 1) (local.get 0)))

;;= output
;; 3233808384
;; 1065353216
;; 2
;; 1077936128
;; 1082130432
;; 1093027553
;;= exit 0
