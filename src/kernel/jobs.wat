  ;; Start, and the list of jobs.

  (func (export "start") (param $config i32)
    (i32.store $ram (global.get $CONFIG) (local.get $config))
    (i32.store $ram (global.get $NEXT_JOB)
      (i32.load $phys (i32.add (local.get $config) (global.get $CONFIG_JOBS))))
    (call $console_start
      (i32.load $phys (i32.add (local.get $config) (global.get $CONFIG_CONSOLE)))))

  ;; What the process that runs has as its RECORD_CALLER.
  (func $caller (param $process i32) (result i32)
    (i32.load $phys (call $record (local.get $process))))

  (func $record (param $process i32) (result i32)
    (i32.load $phys (i32.add (local.get $process) (global.get $PROCESS_RECORD))))

  ;; The next job whose process is not stopped. At the end of the list the program ends.
  (func (export "next") (result i32)
    (local $entry i32) (local $job i32)
    (loop $again
      (local.set $entry (i32.load $ram (global.get $NEXT_JOB)))
      (if (i32.eq (local.get $entry)
            (i32.load $phys (i32.add (call $config) (global.get $CONFIG_JOBS_END))))
        (then (call $exit (i32.load $ram (global.get $TRAPPED)))))
      (i32.store $ram (global.get $NEXT_JOB) (i32.add (local.get $entry) (i32.const 4)))
      (local.set $job (i32.load $phys (local.get $entry)))
      (if (i32.eq
            (call $caller (i32.load $phys (i32.add (local.get $job) (global.get $ENTRY_PROCESS))))
            (global.get $CALLER_STOPPED))
        (then
          (call $text (global.get $TEXT_SKIPPED))
          (call $string
            (i32.add
              (i32.load $phys (i32.add (local.get $job) (global.get $ENTRY_CALLER)))
              (global.get $COMPONENT_NAME)))
          (call $text (global.get $TEXT_IS_STOPPED))
          (br $again))))
    (local.get $job))
