;; Regression: an operand left on the stack below a `block (result i32)` with an inner branch.
(module
  (import "compose" "log_u32" (func $log (param i32)))
  (func $f (param i32 i32) (result i32)
    local.get 0
    block (result i32)
      i32.const 10
      local.get 1
      br_if 0
      drop
      i32.const 20
    end
    i32.sub)
  (func $deep (param i32) (result i32)
    i32.const 1000
    i32.const 100
    block (result i32)
      i32.const 7
      block (result i32)
        i32.const 3
        local.get 0
        br_table 0 1 0
      end
      i32.mul
    end
    i32.add
    i32.add)
  (func (export "run")
    (call $log (call $f (i32.const 100) (i32.const 0)))
    (call $log (call $f (i32.const 100) (i32.const 1)))
    (call $log (call $deep (i32.const 0)))
    (call $log (call $deep (i32.const 1)))
    (call $log (call $deep (i32.const 2)))))
