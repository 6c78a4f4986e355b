fn main() -> std::process::ExitCode {
    compose::cli::main()
}
