;; Functions may be called anything.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (func $zero (export "\00") (result i32) (i32.const 7))
  (func $line (export "a\0ab\1b\e2\80\a8\c2\85") (result i32) (i32.add (call $zero) (i32.const 1)))
  (func (export "run") (call $log (call $line)) (call $log (call $zero)))
  (table funcref (elem $zero))
  (func (export "") (result i32) (call_indirect (result i32) (i32.const 0))))
