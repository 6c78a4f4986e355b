;;! memory budget=(KiB)64
;;! memory "1" budget=(KiB)64
;;? software
;; Regression: a NUL in a name ends it in an ELF. All characters may be in the names of functions and memories.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (memory (export "first\00") 1 1)
  (memory (export "\00second\0a") 1 1)
  (func $f (export "nul\00line\0aquote\"\e2\80\ae") (call $log (i32.const 1)) unreachable)
  (func (export "run") (call $f)))
