//! What may stand on the command line.

use crate::diag::render::Format;
use crate::diff::Group;
use crate::manifest::Optimize;
use crate::trace::Show;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Firmware images from WebAssembly modules, each memory in its own protected region.
///
/// A system is described by a manifest, `system.kdl`. Results go to stdout, everything else to stderr. The exit code
/// is 0 when all is well, 1 when something was found wrong with the input, and 2 for wrong usage, I/O errors and bugs.
#[derive(Parser, Debug)]
#[command(name = "compose", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    /// When to use colours [NO_COLOR and CLICOLOR_FORCE are honoured]
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: When,
    /// How diagnostics are written to stderr
    #[arg(long, global = true, value_name = "FORM", default_value = "human")]
    pub message_format: MessageFormat,
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Check a manifest and its modules, and write nothing
    Check(Input),
    /// Write the image: ELF, binary, Intel HEX and region table; and the lock file beside the manifest
    Build {
        #[command(flatten)]
        input: Input,
        /// Where the files go; created if it is not there
        #[arg(long, value_name = "DIR", default_value = "out")]
        out: PathBuf,
        /// Further files to write: the region table as C header and as Rust module for a kernel of one's own, a picture
        /// of the layout
        #[arg(long, value_name = "FILES", value_delimiter = ',')]
        emit: Vec<Emit>,
        #[command(flatten)]
        output: Output,
    },
    /// Build, and run the image in the board's emulator: its console goes to stdout
    ///
    /// The exit code is the image's: 0 if all went well, 1 after a trap, or what a component asked for.
    Run {
        #[command(flatten)]
        input: Input,
        /// End the run after this many seconds, with exit code 124
        #[arg(long, value_name = "SECONDS")]
        timeout: Option<u32>,
        /// After the run, print to stderr how much of their stacks and arenas processes and components have used
        #[arg(long)]
        stats: bool,
    },
    /// Print the region table, and write nothing
    Plan {
        #[command(flatten)]
        input: Input,
        /// How the table is written to stdout: for people, for tools, as C header and as Rust module for a kernel of
        /// one's own, or as a picture
        #[arg(long, value_name = "FORM", default_value = "text")]
        format: PlanFormat,
    },
    /// Print what components import and export, as WIT, and who satisfies each import
    ///
    /// First comes the world that the system as a whole still imports: interfaces of the kernel, and arenas. What keeps
    /// components from being composed goes to stderr, and is exit code 1.
    Wit {
        /// The manifest, or a folder with a `system.kdl`
        #[arg(default_value = "system.kdl")]
        manifest: PathBuf,
        /// The world of this component alone
        #[arg(long, value_name = "NAME")]
        component: Option<String>,
    },
    /// Check the isolation of a finished image, from its ELF file alone
    Verify {
        /// `NAME.elf`
        image: PathBuf,
        #[command(flatten)]
        output: Output,
    },
    /// Show what differs between two systems: who may reach what, where things are, and what it takes
    ///
    /// A system is a manifest, an image (`NAME.elf`), a region table (`NAME.regions.json`) or a lock file. With `OLD..NEW` or a
    /// single revision before `-- PATH`, it is the file as a git revision has it; nothing is checked out. The exit code
    /// is 0 unless `--exit-code` or `--fail-on` says otherwise, and 2 where a side cannot be read or built.
    Diff {
        /// OLD and NEW, or git revisions: `main..HEAD`, `main...HEAD`, or `main` (against the working tree)
        #[arg(required = true, num_args = 1..=2, value_name = "OLD NEW")]
        sides: Vec<String>,
        /// What to compare in the revisions [default: system.kdl]
        #[arg(last = true)]
        path: Option<PathBuf>,
        /// How the result is written to stdout
        #[arg(long, value_name = "FORM", default_value = "text")]
        format: DiffFormat,
        /// Exit with 1 if anything differs
        #[arg(long)]
        exit_code: bool,
        /// Exit with 1 if one of these groups differs
        #[arg(long, value_name = "GROUP", value_delimiter = ',')]
        fail_on: Vec<DiffGroup>,
    },
    /// Print the region table that an image holds
    ///
    /// Serves git as `textconv`, to show images in `git diff` and `git log -p`.
    Print {
        /// `NAME.elf` or `NAME.regions.json`
        image: PathBuf,
        #[command(flatten)]
        output: Output,
    },
    /// List the boards that a manifest can name
    Boards(Output),
    /// Explain a diagnostic, or list them all
    Explain {
        /// As printed in brackets: `schema::missing-unit`
        code: Option<String>,
        #[command(flatten)]
        output: Output,
    },
    /// Print a completion script for a shell
    Completions { shell: clap_complete::Shell },
}

/// What goes in.
#[derive(Args, Debug)]
pub struct Input {
    /// The manifest, or a folder with a `system.kdl`
    #[arg(default_value = "system.kdl")]
    pub manifest: PathBuf,
    /// Print what a stage made, in place of the result
    #[arg(long, value_name = "STAGE", value_parser = stages())]
    pub dump: Option<Show>,
    /// Print how long each stage took
    #[arg(long)]
    pub time: bool,
    /// What the code of components should be, whatever the manifest says
    #[arg(long, value_name = "AIM", value_parser = aims())]
    pub optimize: Option<Optimize>,
    /// Place everything afresh, whatever the lock file says
    #[arg(long, conflicts_with = "locked")]
    pub relayout: bool,
    /// Fail if the lock file would change
    #[arg(long)]
    pub locked: bool,
}

/// What comes out on stdout.
#[derive(Args, Debug)]
pub struct Output {
    /// How the result is written to stdout
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: ResultFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum When {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum MessageFormat {
    Human,
    Json,
    Github,
}

impl From<MessageFormat> for Format {
    fn from(format: MessageFormat) -> Format {
        match format {
            MessageFormat::Human => Format::Human,
            MessageFormat::Json => Format::Json,
            MessageFormat::Github => Format::Github,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ResultFormat {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    Text,
    Json,
    C,
    Rust,
    Svg,
}

impl From<ResultFormat> for PlanFormat {
    fn from(format: ResultFormat) -> Self {
        match format {
            ResultFormat::Text => PlanFormat::Text,
            ResultFormat::Json => PlanFormat::Json,
        }
    }
}

/// What `build` writes beside the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Emit {
    /// `NAME.regions.h`
    C,
    /// `NAME.regions.rs`
    Rust,
    /// `NAME.svg`
    Svg,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    Text,
    Markdown,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffGroup {
    Authority,
    Layout,
    Cost,
}

impl From<DiffGroup> for Group {
    fn from(group: DiffGroup) -> Group {
        match group {
            DiffGroup::Authority => Group::Authority,
            DiffGroup::Layout => Group::Layout,
            DiffGroup::Cost => Group::Cost,
        }
    }
}

fn aims() -> impl TypedValueParser<Value = Optimize> {
    PossibleValuesParser::new(["speed", "size"]).map(|aim| if aim == "size" { Optimize::Size } else { Optimize::Speed })
}

fn stages() -> impl TypedValueParser<Value = Show> {
    PossibleValuesParser::new(Show::ALL.iter().map(|s| s.name()))
        .map(|name| Show::from_name(&name).expect("one of the possible values"))
}
