  ;; What is left of a SecureFault: SFSR (DDI 0553, D1.2.231), write 1 to clear. All that is here is Secure, so it is a branch
  ;; to the Non-secure state, where nothing is.
  (func $secure_fault (result i32)
    (local $status i32)
    (local.set $status (i32.load $phys (i32.const 0xe000ede4)))
    (i32.store $phys (i32.const 0xe000ede4) (local.get $status))
    (local.get $status))
