  ;; Handles to resources (component model, CanonicalABI.md, "Resource State"), in memory that no component reaches.
  ;;
  ;; Each component instance that has handles has an array of entries; its first one is never used, since no handle is 0.
  ;; Entry, 12 bytes: kind (0: free; else twice the number of the resource type, plus 1 if it is borrowed), representation,
  ;; and how often it is lent (own), or the call that it is borrowed for.
  ;; Table descriptor, 16 bytes: array, entries, kind of an own handle, 1 if the instance defines the resource.
  ;; A call is a pair of component instances, and runs once at a time. `$calls` has a word for each: borrowed handles that
  ;; its callee has not dropped. `$lends` has two words for each handle that is lent: its entry, and 1 + the call.

  ;; Results: a value, and what is wrong (0: nothing).
  (global $UNKNOWN i32 (i32.const 1))
  (global $EXHAUSTED i32 (i32.const 2))
  (global $KEPT i32 (i32.const 3))
  (global $LENT i32 (i32.const 4))

  ;; The entry of a handle, if it is one of this kind, own or borrowed; else 0.
  (func $find (param $table i32) (param $handle i32) (result i32)
    (local $entry i32)
    (if (i32.ge_u (i32.sub (local.get $handle) (i32.const 1))
          (i32.sub (i32.load offset=4 (local.get $table)) (i32.const 1)))
      (then (return (i32.const 0))))
    (local.set $entry (i32.add (i32.load (local.get $table)) (i32.mul (local.get $handle) (i32.const 12))))
    (select (local.get $entry) (i32.const 0)
      (i32.eq (i32.or (i32.load (local.get $entry)) (i32.const 1))
        (i32.or (i32.load offset=8 (local.get $table)) (i32.const 1)))))

  (func $insert (param $table i32) (param $kind i32) (param $rep i32) (param $more i32) (result i32 i32)
    (local $handle i32) (local $entry i32)
    (loop $next
      (local.set $handle (i32.add (local.get $handle) (i32.const 1)))
      (if (i32.ge_u (local.get $handle) (i32.load offset=4 (local.get $table)))
        (then (return (i32.const 0) (global.get $EXHAUSTED))))
      (local.set $entry (i32.add (i32.load (local.get $table)) (i32.mul (local.get $handle) (i32.const 12))))
      (br_if $next (i32.load (local.get $entry))))
    (i32.store (local.get $entry) (local.get $kind))
    (i32.store offset=4 (local.get $entry) (local.get $rep))
    (i32.store offset=8 (local.get $entry) (local.get $more))
    (local.get $handle) (i32.const 0))

  (func $new (param $table i32) (param $rep i32) (result i32 i32)
    (call $insert (local.get $table) (i32.load offset=8 (local.get $table)) (local.get $rep) (i32.const 0)))

  (func $rep (param $table i32) (param $handle i32) (result i32 i32)
    (local $entry i32)
    (local.set $entry (call $find (local.get $table) (local.get $handle)))
    (if (i32.eqz (local.get $entry))
      (then (return (i32.const 0) (global.get $UNKNOWN))))
    (i32.load offset=4 (local.get $entry)) (i32.const 0))

  ;; Representation, what is wrong, and whether the resource goes with its handle.
  (func $drop (param $table i32) (param $handle i32) (result i32 i32 i32)
    (local $entry i32) (local $call i32)
    (local.set $entry (call $find (local.get $table) (local.get $handle)))
    (if (i32.eqz (local.get $entry))
      (then (return (i32.const 0) (global.get $UNKNOWN) (i32.const 0))))
    (if (i32.and (i32.load (local.get $entry)) (i32.const 1))
      (then
        (local.set $call (call $call (i32.load offset=8 (local.get $entry))))
        (i32.store (local.get $call) (i32.sub (i32.load (local.get $call)) (i32.const 1)))
        (i32.store (local.get $entry) (i32.const 0))
        (return (i32.const 0) (i32.const 0) (i32.const 0))))
    (if (i32.load offset=8 (local.get $entry))
      (then (return (i32.const 0) (global.get $LENT) (i32.const 0))))
    (i32.store (local.get $entry) (i32.const 0))
    (i32.load offset=4 (local.get $entry)) (i32.const 0) (i32.const 1))

  ;; A handle from one table into another: it changes its owner.
  ;; Where there is no room for it, it stays where it is.
  (func (export "own") (param $handle i32) (param $from i32) (param $to i32) (result i32 i32)
    (local $entry i32) (local $new i32) (local $wrong i32)
    (local.set $from (call $table (local.get $from)))
    (local.set $entry (call $find (local.get $from) (local.get $handle)))
    (if (i32.eqz (local.get $entry))
      (then (return (i32.const 0) (global.get $UNKNOWN))))
    (if (i32.and (i32.load (local.get $entry)) (i32.const 1))
      (then (return (i32.const 0) (global.get $UNKNOWN))))
    (if (i32.load offset=8 (local.get $entry))
      (then (return (i32.const 0) (global.get $LENT))))
    (call $new (call $table (local.get $to)) (i32.load offset=4 (local.get $entry)))
    (local.set $wrong)
    (local.set $new)
    (if (i32.eqz (local.get $wrong))
      (then (i32.store (local.get $entry) (i32.const 0))))
    (local.get $new) (local.get $wrong))

  ;; A handle for the time of a call. Whoever defines the resource gets its representation instead.
  (func (export "borrow") (param $handle i32) (param $from i32) (param $to i32) (param $call i32) (result i32 i32)
    (local $entry i32) (local $lend i32)
    (local.set $from (call $table (local.get $from)))
    (local.set $to (call $table (local.get $to)))
    (local.set $entry (call $find (local.get $from) (local.get $handle)))
    (if (i32.eqz (local.get $entry))
      (then (return (i32.const 0) (global.get $UNKNOWN))))
    (if (i32.eqz (i32.and (i32.load (local.get $entry)) (i32.const 1)))
      (then
        (local.set $lend (i32.sub (global.get $lends) (i32.const 8)))
        (loop $next
          (local.set $lend (i32.add (local.get $lend) (i32.const 8)))
          (if (i32.ge_u (local.get $lend) (global.get $lends_end))
            (then (return (i32.const 0) (global.get $EXHAUSTED))))
          (br_if $next (i32.load offset=4 (local.get $lend))))
        (i32.store (local.get $lend) (local.get $entry))
        (i32.store offset=4 (local.get $lend) (i32.add (local.get $call) (i32.const 1)))
        (i32.store offset=8 (local.get $entry) (i32.add (i32.load offset=8 (local.get $entry)) (i32.const 1)))))
    (if (i32.load offset=12 (local.get $to))
      (then (return (i32.load offset=4 (local.get $entry)) (i32.const 0))))
    (local.set $lend (call $call (local.get $call)))
    (i32.store (local.get $lend) (i32.add (i32.load (local.get $lend)) (i32.const 1)))
    (call $insert (local.get $to) (i32.or (i32.load offset=8 (local.get $to)) (i32.const 1))
      (i32.load offset=4 (local.get $entry)) (local.get $call)))

  ;; A call begins. If an earlier one never ended, because of a trap, what it borrowed is given back.
  (func (export "enter") (param $call i32)
    (local $at i32)
    (call $give_back (local.get $call))
    (local.set $at (global.get $entries))
    (loop $next
      (if (i32.lt_u (local.get $at) (global.get $entries_end))
        (then
          (if (i32.and (i32.and (i32.load (local.get $at)) (i32.const 1))
                (i32.eq (i32.load offset=8 (local.get $at)) (local.get $call)))
            (then (i32.store (local.get $at) (i32.const 0))))
          (local.set $at (i32.add (local.get $at) (i32.const 12)))
          (br $next))))
    (i32.store (call $call (local.get $call)) (i32.const 0)))

  ;; A call ends: what is wrong.
  (func (export "exit") (param $call i32) (result i32)
    (if (i32.load (call $call (local.get $call)))
      (then (return (global.get $KEPT))))
    (call $give_back (local.get $call))
    (i32.const 0))

  (func $give_back (param $call i32)
    (local $lend i32) (local $entry i32)
    (local.set $lend (global.get $lends))
    (loop $next
      (if (i32.lt_u (local.get $lend) (global.get $lends_end))
        (then
          (if (i32.eq (i32.load offset=4 (local.get $lend)) (i32.add (local.get $call) (i32.const 1)))
            (then
              (local.set $entry (i32.load (local.get $lend)))
              (i32.store offset=8 (local.get $entry) (i32.sub (i32.load offset=8 (local.get $entry)) (i32.const 1)))
              (i32.store offset=4 (local.get $lend) (i32.const 0))))
          (local.set $lend (i32.add (local.get $lend) (i32.const 8)))
          (br $next)))))

  (func $table (param $number i32) (result i32)
    (i32.add (global.get $tables) (i32.shl (local.get $number) (i32.const 4))))

  (func $call (param $number i32) (result i32)
    (i32.add (global.get $calls) (i32.shl (local.get $number) (i32.const 2))))
