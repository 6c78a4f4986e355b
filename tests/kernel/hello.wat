;; Start, memory contents, host functions and the end of the list.
;;board mps2-an385 mps2-an386 mps2-an500 mps2-an505
;;! component "main" "main.wat" { memory budget=(KiB)1 }
;;! run "main#hello"
;;! run "main#numbers" 7

;;@ main.wat
(module
  (import "compose" "write" (func $write (param i32 i32)))
  (import "compose" "log_u32" (func $log (param i32)))
  (memory (export "memory") 1024 1024 (pagesize 1))
  (global $count (mut i32) (i32.const 40))
  (data (i32.const 101) "hello, world\n")
  (data (i32.const 108) "World")
  (start $start)
  (func $start (global.set $count (i32.add (global.get $count) (i32.const 2))))
  (func (export "hello") (call $write (i32.const 101) (i32.const 13)))
  (func (export "numbers") (param i32)
    (call $log (global.get $count))
    (call $log (local.get 0))
    (call $log (i32.const 0))
    (call $log (i32.const -1))
    (call $log (i32.const 1000000000))
    (call $log (i32.load (i32.const 0)))))

;;= output
;; hello, World
;; 42
;; 7
;; 0
;; 4294967295
;; 1000000000
;; 0
;;= exit 0
